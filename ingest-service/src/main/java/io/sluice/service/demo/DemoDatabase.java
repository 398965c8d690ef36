package io.sluice.service.demo;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/** A PostgreSQL server of the demo's own, ready for logical replication; ends with {@link #close} and with the JVM. */
final class DemoDatabase implements AutoCloseable {

    static final String HOST = "127.0.0.1";
    static final String USER = "postgres";
    static final String DATABASE = "postgres";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    private final EmbeddedPostgres server;

    private DemoDatabase(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * Starts a server with an empty data directory.
     *
     * @throws PipelineException {@code CONFIGURATION} where there is none, {@code SOURCE_REFUSED} when it does not start
     */
    static DemoDatabase start(Path data) {
        // One for each user: what another one unpacked could not be written here.
        File programs = new File(
                System.getProperty("java.io.tmpdir"), "sluice-demo-postgres-" + System.getProperty("user.name"));
        try {
            return new DemoDatabase(EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(true)
                    .setOverrideWorkingDirectory(programs)
                    .setPGStartupWait(START_LIMIT)
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("wal_level", "logical")
                    .setServerConfig("listen_addresses", HOST)
                    .setServerConfig("fsync", "off")
                    .setServerConfig("timezone", "UTC")
                    .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                    .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                    .start());
        } catch (IOException | RuntimeException e) {
            if (String.valueOf(e.getMessage()).contains("Missing embedded postgres binaries")) {
                throw new PipelineException(
                        ErrorKind.CONFIGURATION,
                        "There is no PostgreSQL for this platform beside the service. The demo is part of a checkout of"
                                + " Sluice: run ./sluice demo there, on Linux or a Mac with Apple silicon",
                        e);
            }
            throw new PipelineException(
                    ErrorKind.SOURCE_REFUSED,
                    "The demo's PostgreSQL does not start: " + e.getMessage()
                            + "; as root it needs user namespaces ('unshare -U true'), so try as an ordinary user",
                    e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** A new connection in auto-commit mode. */
    Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", USER);
        properties.setProperty("ApplicationName", "sluice-demo");
        return DriverManager.getConnection("jdbc:postgresql://" + HOST + ":" + port() + "/" + DATABASE, properties);
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new PipelineException(ErrorKind.SOURCE_UNAVAILABLE, "The demo's PostgreSQL does not end", e);
        }
    }
}
