package io.sluice.incremental.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** Opens connections to the source. */
final class PostgresConnections {

    /** Values come as text; these settings fix its form, whatever the role, the database or the server has set. */
    private static final String TEXT_FORM =
            "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, MDY'; SET IntervalStyle = postgres;"
                    + " SET extra_float_digits = 3; SET bytea_output = hex; SET xmlbinary = base64; SET lc_monetary = 'C'";

    private static final int QUERY_TIMEOUT_SECONDS = 30;

    private final PostgresStreamOptions options;
    private final String password;
    private final Driver driver = new Driver();

    PostgresConnections(PostgresStreamOptions options) {
        this.options = options;
        this.password = options.password().get();
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
        Connection connection = driver.connect(url(), properties);
        if (connection == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, "The driver does not know its own address " + options.target());
        }
        return connection;
    }

    private Properties properties() {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, options.username());
        PGProperty.PASSWORD.set(properties, password);
        PGProperty.SSL_MODE.set(properties, options.sslMode());
        options.sslRootCert().ifPresent(path -> PGProperty.SSL_ROOT_CERT.set(properties, path.toString()));
        PGProperty.CONNECT_TIMEOUT.set(properties, seconds(options.connectTimeout()));
        PGProperty.LOGIN_TIMEOUT.set(properties, seconds(options.connectTimeout()));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        // Names the pipeline to a later process of it, which ends this one's stream.
        PGProperty.APPLICATION_NAME.set(properties, "sluice " + options.publicationName());
        return properties;
    }

    private String url() {
        String host = options.host().indexOf(':') >= 0 ? "[" + options.host() + "]" : options.host();
        return "jdbc:postgresql://" + host + ":" + options.port() + "/"
                + URLEncoder.encode(options.database(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    static int seconds(Duration duration) {
        return (int) Math.max(1, duration.plusMillis(999).toSeconds());
    }
}
