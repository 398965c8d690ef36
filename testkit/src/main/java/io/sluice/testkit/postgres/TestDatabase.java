package io.sluice.testkit.postgres;

import io.sluice.pipeline.position.LogSequenceNumber;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** A database of an {@link EmbeddedPostgresServer}. Immutable; {@link #close} drops the database. */
public final class TestDatabase implements AutoCloseable {

    private final int port;
    private final String name;

    TestDatabase(int port, String name) {
        this.port = port;
        this.name = name;
    }

    /** What a role made for a test may do. */
    public enum Privilege {
        /** {@code REPLICATION}: may use replication slots. */
        REPLICATION,
        /** {@code SELECT} on all tables there are now and will be in the schema {@code public}. */
        SELECT,
        /** {@code CREATE} on the database, as publications need. */
        CREATE,
        /** Owns what {@code postgres} owns, as a publication of a table needs; not a superuser. */
        OWNER
    }

    /**
     * A role that proves itself with a password.
     *
     * @param name role and user name
     * @param password the right one
     */
    public record Role(String name, String password) {}

    /** The database's name. */
    public String name() {
        return name;
    }

    /** Where the server listens. */
    public String host() {
        return EmbeddedPostgresServer.HOST;
    }

    /** Where the server listens. */
    public int port() {
        return port;
    }

    /** A superuser's name. */
    public String user() {
        return EmbeddedPostgresServer.SUPERUSER;
    }

    /** A password for {@link #user}; the server does not look at it. */
    public String password() {
        return "postgres";
    }

    /** The URL without user and password. */
    public String jdbcUrl() {
        return url(port, name);
    }

    /** A connection as {@link #user}, in auto-commit mode. */
    public Connection connect() throws SQLException {
        return connect(port, name, user(), password());
    }

    /** A connection as somebody else, in auto-commit mode. */
    public Connection connect(String user, String password) throws SQLException {
        return connect(port, name, user, password);
    }

    /** Runs statements one by one, each in a transaction of its own. */
    public void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("A statement failed in database " + name + ": " + e.getMessage(), e);
        }
    }

    /** Runs statements in one transaction. */
    public void inTransaction(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException("A transaction failed in database " + name + ": " + e.getMessage(), e);
        }
    }

    /** The first column of the only row. */
    public long queryLong(String sql) {
        return Long.parseLong(queryString(sql));
    }

    /** The first column of the only row, as text; {@code "null"} for a null. */
    public String queryString(String sql) {
        List<String> rows = queryStrings(sql);
        if (rows.size() != 1) {
            throw new IllegalStateException("Expected one row, got " + rows.size() + " from " + sql);
        }
        return rows.get(0);
    }

    /** The first column of all rows, as text; {@code "null"} for a null. */
    public List<String> queryStrings(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException("A query failed in database " + name + ": " + e.getMessage(), e);
        }
    }

    /**
     * Makes a role of the whole server that can log in with a password; its name is made unique with this database's
     * name, and it goes when the database is closed.
     */
    public Role createRole(String prefix, Privilege... privileges) {
        Role role = new Role(prefix + "_" + name, "secret-of-" + prefix);
        execute("CREATE ROLE " + quoted(role.name) + " LOGIN PASSWORD '" + role.password + "'");
        for (Privilege privilege : privileges) {
            switch (privilege) {
                case REPLICATION -> execute("ALTER ROLE " + quoted(role.name) + " REPLICATION");
                case CREATE -> execute("GRANT CREATE ON DATABASE " + quoted(name) + " TO " + quoted(role.name));
                case SELECT ->
                    execute(
                            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO " + quoted(role.name),
                            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO " + quoted(role.name));
                case OWNER ->
                    execute(
                            "ALTER DATABASE " + quoted(name) + " OWNER TO " + quoted(role.name),
                            "ALTER SCHEMA public OWNER TO " + quoted(role.name),
                            "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT c.oid::regclass FROM pg_class c"
                                    + " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
                                    + " LOOP EXECUTE format('ALTER TABLE %s OWNER TO %I', t, '" + role.name
                                    + "'); END LOOP; END $$");
            }
        }
        return role;
    }

    /**
     * A position that covers every transaction that was committed before this call, and that a reader of the log comes to
     * even when nothing else is ever written. Writes an empty message: behind the last commit the log may have records
     * that the server does not write out, and so does not send, before somebody commits again.
     */
    public LogSequenceNumber currentPosition() {
        return LogSequenceNumber.parse(queryString("SELECT pg_logical_emit_message(true, 'test', '')"));
    }

    /**
     * Drops the connections that stream the log through a slot of this database.
     *
     * @return how many there were
     */
    public int terminateWalSenders() {
        return (int)
                queryLong("SELECT count(*) FILTER (WHERE pg_terminate_backend(active_pid)) FROM pg_replication_slots"
                        + " WHERE database = current_database() AND active_pid IS NOT NULL");
    }

    /** Drops this database's replication slots, also those in use. */
    public void dropSlots() {
        execute("DO $$ DECLARE s record; BEGIN FOR s IN SELECT slot_name, active_pid FROM pg_replication_slots"
                + " WHERE database = current_database() LOOP"
                + " IF s.active_pid IS NOT NULL THEN PERFORM pg_terminate_backend(s.active_pid, 10000); END IF;"
                + " PERFORM pg_drop_replication_slot(s.slot_name); END LOOP; END $$");
    }

    /** Drops the database with its slots, connections and roles. Does nothing when the server is not running. */
    @Override
    public void close() {
        try (Connection connection = connect(port, "postgres", user(), password());
                Statement statement = connection.createStatement()) {
            boolean exists;
            try (ResultSet rows = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
                exists = rows.next();
            }
            if (!exists) {
                return;
            }
            dropSlots();
            statement.execute("DROP DATABASE " + quoted(name) + " WITH (FORCE)");
            List<String> roles = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery("SELECT rolname FROM pg_roles WHERE right(rolname, "
                    + (name.length() + 1) + ") = '_" + name + "'")) {
                while (rows.next()) {
                    roles.add(rows.getString(1));
                }
            }
            for (String role : roles) {
                statement.execute("DROP ROLE " + quoted(role));
            }
        } catch (SQLException e) {
            if (!"08001".equals(e.getSQLState())) {
                throw new IllegalStateException("Cannot drop database " + name + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public String toString() {
        return jdbcUrl();
    }

    static Connection connect(int port, String database, String user, String password) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "10");
        return DriverManager.getConnection(url(port, database), properties);
    }

    static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    private static String url(int port, String database) {
        return "jdbc:postgresql://" + EmbeddedPostgresServer.HOST + ":" + port + "/" + database;
    }
}
