package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens connections whose settings do not depend on what the role, the database or the server has set. */
final class Connections {

    /** One for all: each looks through the whole class path for its defaults when it connects first. */
    private static final Driver DRIVER = new Driver();

    private static final Logger LOG = LoggerFactory.getLogger(Connections.class);
    private static final int CANCEL_TIMEOUT_SECONDS = 2;
    private static final int VERSION_14 = 14;
    private static final int VERSION_17 = 17;

    private final PostgresOptions options;

    Connections(PostgresOptions options) {
        this.options = options;
    }

    PostgresOptions options() {
        return options;
    }

    /** An ordinary connection, every statement its own transaction. */
    Connection open() {
        Properties properties = properties();
        PGProperty.SOCKET_TIMEOUT.set(properties, seconds(options.silenceTimeout()));
        return connect(properties);
    }

    /** A connection for replication commands; waits for the server's answers as long as they take. */
    Connection openReplication() {
        Properties properties = properties();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "10");
        return connect(properties);
    }

    /** Closes without any exchange with the server; never fails. */
    static void abort(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debug("A connection could not be closed", e);
        }
    }

    private Connection connect(Properties properties) {
        Connection connection;
        try {
            connection = DRIVER.connect(options.endpoint().url(), properties);
        } catch (SQLException e) {
            throw SqlErrors.connecting(e, options);
        }
        if (connection == null) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, "The driver does not know its own address " + options.target());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings(majorVersion(connection)));
            return connection;
        } catch (SQLException e) {
            abort(connection);
            throw SqlErrors.connecting(e, options);
        }
    }

    static int majorVersion(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion();
    }

    /**
     * Timeouts that would end a long snapshot or an exported one that waits; row security, which must fail and not
     * filter; an empty search path, so that type names come qualified and nothing but the system's functions is found.
     */
    private static String settings(int majorVersion) {
        return "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0;"
                + " SET row_security = off; SET search_path = ''; SET client_min_messages = warning;"
                + " SET standard_conforming_strings = on; SET bytea_output = hex; SET xmlbinary = base64;"
                + " SET default_transaction_read_only = off"
                + (majorVersion >= VERSION_14 ? "; SET idle_session_timeout = 0" : "")
                + (majorVersion >= VERSION_17 ? "; SET transaction_timeout = 0" : "");
    }

    private Properties properties() {
        Properties properties =
                options.endpoint().properties(options.endpoint().password().get(), "sluice " + options.slotName());
        PGProperty.CANCEL_SIGNAL_TIMEOUT.set(properties, CANCEL_TIMEOUT_SECONDS);
        return properties;
    }

    private static int seconds(Duration duration) {
        return (int) Math.max(1, duration.plusMillis(999).toSeconds());
    }

    static PGConnection postgres(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class);
    }
}
