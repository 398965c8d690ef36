package io.sluice.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A PostgreSQL server process of its own on 127.0.0.1, ready for logical replication. Runs for root as well as for an
 * ordinary user. The user {@code postgres} needs no password; roles made by {@link TestDatabase#createRole} do.
 *
 * <p>{@link #stop}, {@link #kill} and {@link #restart} keep data directory, port and settings, so clients see an
 * outage. Methods may be called by any thread. The server dies with the JVM.
 */
public final class EmbeddedPostgresServer implements AutoCloseable {

    /** The superuser that may connect without a password. */
    public static final String SUPERUSER = "postgres";

    /** Where the server listens. */
    public static final String HOST = "127.0.0.1";

    private static final Duration STARTUP_LIMIT = Duration.ofSeconds(60);
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(15);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("wal_level", "logical"),
            Map.entry("max_replication_slots", "20"),
            Map.entry("max_wal_senders", "20"),
            Map.entry("max_connections", "150"),
            Map.entry("listen_addresses", HOST),
            Map.entry("unix_socket_directories", ""),
            // A commit still reaches the operating system before it is answered: it survives kill -9 of the server.
            Map.entry("fsync", "off"),
            Map.entry("full_page_writes", "off"),
            Map.entry("shared_buffers", "64MB"),
            Map.entry("timezone", "UTC"),
            Map.entry("log_timezone", "UTC"));

    private final PostgresBinaries binaries;
    private final ServerFiles files;
    private final Retention retention;
    private final int port;
    private final Map<String, String> settings;
    private final AtomicInteger databases = new AtomicInteger();
    private final Thread shutdownHook = new Thread(this::killAtExit, "postgres-killer");
    private Process process;
    private boolean closed;

    private enum Retention {
        DELETE,
        KEEP
    }

    private static final class Shared {
        static final EmbeddedPostgresServer SERVER = start();
    }

    private EmbeddedPostgresServer(Path directory, Retention retention, Map<String, String> settings) {
        this.binaries = PostgresBinaries.unpacked();
        this.files = ServerFiles.in(directory, binaries);
        this.retention = retention;
        this.port = freePort();
        this.settings = new LinkedHashMap<>(DEFAULTS);
        this.settings.putAll(settings);
        try {
            this.process = launch();
        } catch (RuntimeException e) {
            if (retention == Retention.DELETE) {
                files.delete();
            }
            throw e;
        }
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /** The server that all tests of this JVM share; started at the first call, with the default settings. */
    public static EmbeddedPostgresServer shared() {
        return Shared.SERVER;
    }

    /** A new server with the default settings, among them {@code wal_level=logical} and 20 replication slots. */
    public static EmbeddedPostgresServer start() {
        return start(Map.of());
    }

    /**
     * A new server.
     *
     * @param settings as in {@code postgresql.conf}, over the defaults
     * @throws IllegalStateException when it does not start; the message ends with its log
     */
    public static EmbeddedPostgresServer start(Map<String, String> settings) {
        try {
            return new EmbeddedPostgresServer(
                    Files.createTempDirectory("sluice-postgres-data-"), Retention.DELETE, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a directory for a PostgreSQL server", e);
        }
    }

    /**
     * A server whose data stays in {@code directory} after {@link #close}, for data that is costly to make again.
     *
     * @param directory made when missing
     * @param settings as in {@code postgresql.conf}, over the defaults
     */
    public static EmbeddedPostgresServer startIn(Path directory, Map<String, String> settings) {
        return new EmbeddedPostgresServer(directory.toAbsolutePath(), Retention.KEEP, settings);
    }

    /** The TCP port on {@link #HOST}; the same after a restart. */
    public int port() {
        return port;
    }

    /** The process id of the server's main process; meaningless while it does not run. */
    public synchronized long pid() {
        return process.pid();
    }

    /** Whether the server's main process lives. */
    public synchronized boolean isRunning() {
        return process.isAlive();
    }

    /** Everything the server has logged. */
    public String log() {
        return files.logText();
    }

    /** A new, empty database with a name of its own. */
    public TestDatabase createDatabase() {
        return createDatabase("test_" + databases.incrementAndGet() + "_" + Long.toString(System.nanoTime(), 36));
    }

    /** A new, empty database. */
    public TestDatabase createDatabase(String name) {
        try (Connection connection = TestDatabase.connect(port, "postgres", SUPERUSER, "");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + TestDatabase.quoted(name) + " TEMPLATE template0");
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create database " + name, e);
        }
        return database(name);
    }

    /** A database that exists. */
    public TestDatabase database(String name) {
        return new TestDatabase(port, name);
    }

    /** A database of a server that another process started. */
    public static TestDatabase databaseAt(int port, String name) {
        return new TestDatabase(port, name);
    }

    /**
     * Drops every connection that streams the log, as a network failure would.
     *
     * @return how many there were
     */
    public int terminateWalSenders() {
        return (int) database("postgres")
                .queryLong("SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_replication");
    }

    /** Stops the server as an administrator would: connections are dropped, a checkpoint is written. */
    public synchronized void stop() {
        if (!process.isAlive()) {
            return;
        }
        // A fast shutdown waits for each reader of the log to confirm it all; one that hangs must not hang the test.
        signal("INT");
        if (!exited(process, SHUTDOWN_LIMIT)) {
            signal("QUIT");
            if (!exited(process, SHUTDOWN_LIMIT)) {
                kill();
            }
        }
    }

    /** Kills the server's processes with SIGKILL, as a crash would; the next start recovers from the log. */
    public synchronized void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        // The next start is refused while a process still holds the shared memory.
        if (!exited(process, SHUTDOWN_LIMIT)) {
            throw new IllegalStateException("PostgreSQL process " + process.pid() + " outlived SIGKILL");
        }
        for (ProcessHandle child : children) {
            waitUntilGone(child);
        }
    }

    /**
     * Starts the server again after {@link #stop} or {@link #kill}; returns when it accepts connections.
     *
     * @throws IllegalStateException when it runs, is closed, or does not start
     */
    public synchronized void restart() {
        if (closed || process.isAlive()) {
            throw new IllegalStateException(
                    closed ? "The server is closed" : "The server runs; stop or kill it before it is restarted");
        }
        process = launch();
    }

    /** Ends the server at once and deletes its data, unless it was started in a given directory. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (retention == Retention.KEEP) {
            stop();
        } else {
            kill();
            files.delete();
        }
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The JVM is on its way out and the hook runs anyway; it finds a dead process.
            return;
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(binaries.command("postgres"));
        command.add("-D");
        command.add(files.data().toString());
        command.add("-p");
        command.add(Integer.toString(port));
        settings.forEach((name, value) -> {
            command.add("-c");
            command.add(name + "=" + value);
        });
        Process started;
        try {
            started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(files.log().toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run the PostgreSQL server", e);
        }
        long deadline = System.nanoTime() + STARTUP_LIMIT.toNanos();
        while (!answers()) {
            if (!started.isAlive()
                    || System.nanoTime() > deadline
                    || Thread.currentThread().isInterrupted()) {
                started.destroyForcibly();
                throw new IllegalStateException(
                        "PostgreSQL did not start on port " + port + "; its log: " + files.logText());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return started;
    }

    private boolean answers() {
        try (Connection connection = TestDatabase.connect(port, "postgres", SUPERUSER, "")) {
            return connection.isValid(5);
        } catch (SQLException e) {
            // Not listening yet, or still recovering; the caller's deadline decides.
            return false;
        }
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            kill.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot signal the PostgreSQL server", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while stopping PostgreSQL", e);
        }
    }

    private static boolean exited(Process process, Duration limit) {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while stopping PostgreSQL", e);
        }
    }

    private static void waitUntilGone(ProcessHandle process) {
        long deadline = System.nanoTime() + SHUTDOWN_LIMIT.toNanos();
        while (process.isAlive() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void killAtExit() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
        if (retention == Retention.DELETE) {
            exited(process, SHUTDOWN_LIMIT);
            children.forEach(EmbeddedPostgresServer::waitUntilGone);
            files.delete();
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException("No free port on " + HOST, e);
        }
    }
}
