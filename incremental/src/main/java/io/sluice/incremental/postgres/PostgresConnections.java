package io.sluice.incremental.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Opens connections to the source. */
final class PostgresConnections {

    /** One for all: each looks through the whole class path for its defaults when it connects first. */
    private static final Driver DRIVER = new Driver();

    /** Values come as text; these settings fix its form, whatever the role, the database or the server has set. */
    private static final String TEXT_FORM =
            "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = postgres;"
                    + " SET extra_float_digits = 3; SET bytea_output = hex; SET xmlbinary = base64; SET lc_monetary = 'C'";

    private static final int QUERY_TIMEOUT_SECONDS = 30;

    private final PostgresStreamOptions options;
    private final String password;

    PostgresConnections(PostgresStreamOptions options) {
        this.options = options;
        this.password = options.endpoint().password().get();
    }

    PostgresStreamOptions options() {
        return options;
    }

    String password() {
        return password;
    }

    /** An ordinary connection. */
    Connection open() throws SQLException {
        Properties properties = properties();
        PGProperty.SOCKET_TIMEOUT.set(properties, QUERY_TIMEOUT_SECONDS);
        return connect(properties);
    }

    /** A connection that can stream the log. */
    Connection openReplication() throws SQLException {
        Properties properties = properties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        Connection connection = connect(properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(TEXT_FORM);
            return connection;
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
    }

    private Connection connect(Properties properties) throws SQLException {
        Connection connection = DRIVER.connect(options.endpoint().url(), properties);
        if (connection == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, "The driver does not know its own address " + options.target());
        }
        return connection;
    }

    /** The application's name tells a later process of the pipeline whose stream to end. */
    private Properties properties() {
        return options.endpoint().properties(password, "sluice " + options.publicationName());
    }
}
