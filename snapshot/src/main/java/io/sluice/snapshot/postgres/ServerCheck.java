package io.sluice.snapshot.postgres;

import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceProblem.Severity;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether the server's settings and the user's rights allow a snapshot and a change stream. */
final class ServerCheck {

    static final int OLDEST_VERSION = 12;
    static final int VERSION_WITH_PARTITION_ROOTS = 13;
    static final int VERSION_WITH_SCHEMA_PUBLICATIONS = 15;

    /** Managed databases grant replication through a role where the attribute is out of reach. */
    private static final String FACTS = """
            SELECT pg_catalog.current_setting('wal_level'), pg_catalog.pg_is_in_recovery(),
                   (SELECT r.rolsuper OR r.rolreplication FROM pg_catalog.pg_roles r WHERE r.rolname = current_user)
                   OR EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = 'rds_replication'
                              AND pg_catalog.pg_has_role(r.oid, 'MEMBER')),
                   pg_catalog.current_setting('max_replication_slots')::int,
                   (SELECT count(*) FROM pg_catalog.pg_replication_slots),
                   pg_catalog.current_setting('max_wal_senders')::int,
                   (SELECT count(*) FROM pg_catalog.pg_stat_replication),
                   pg_catalog.current_setting('server_encoding'),
                   (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'max_slot_wal_keep_size'),
                   (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'idle_replication_slot_timeout'),
                   pg_catalog.current_setting('server_version'), current_user::text
            """;

    private final PostgresOptions options;

    ServerCheck(PostgresOptions options) {
        this.options = options;
    }

    List<SourceProblem> problems(Connection connection, Optional<ReplicationSlot.Found> slot) throws SQLException {
        List<SourceProblem> problems = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet facts = statement.executeQuery(FACTS)) {
            facts.next();
            settings(facts, problems);
            capacity(facts, slot.isPresent(), problems);
            warnings(facts, problems);
        }
        slot.ifPresent(found -> slot(found, problems));
        return problems;
    }

    /** Refuses a server that is too old for the catalog queries. */
    static Optional<SourceProblem> version(Connection connection) throws SQLException {
        return Connections.majorVersion(connection) >= OLDEST_VERSION
                ? Optional.empty()
                : Optional.of(error("The server is PostgreSQL "
                        + connection.getMetaData().getDatabaseProductVersion() + "; " + OLDEST_VERSION
                        + " is the oldest that is supported. Upgrade the server."));
    }

    private void settings(ResultSet facts, List<SourceProblem> problems) throws SQLException {
        String walLevel = facts.getString(1);
        if (!"logical".equals(walLevel)) {
            problems.add(
                    error("The server's wal_level is '" + walLevel + "', and following changes needs 'logical'. Run"
                            + " ALTER SYSTEM SET wal_level = logical and restart the server (managed services: set the"
                            + " parameter for logical replication)."));
        }
        if (facts.getBoolean(2)) {
            problems.add(error("The server is a standby, where no publication can be made. Connect to the primary."));
        }
        if (!facts.getBoolean(3)) {
            String user = Quoting.identifier(facts.getString(12));
            problems.add(error("User '" + facts.getString(12) + "' may not use replication. Run ALTER ROLE " + user
                    + " REPLICATION (Amazon RDS: GRANT rds_replication TO " + user + ")."));
        }
        if ("SQL_ASCII".equals(facts.getString(8))) {
            problems.add(error("The database's encoding is SQL_ASCII, which does not tell what its texts mean, so they"
                    + " cannot be turned into UTF-8 without loss. Move the data to a database with an encoding."));
        }
    }

    private static void capacity(ResultSet facts, boolean slotExists, List<SourceProblem> problems)
            throws SQLException {
        int slots = facts.getInt(4);
        if (!slotExists && facts.getLong(5) >= slots) {
            problems.add(error("All " + slots + " replication slots of the server are taken. Drop one that is no longer"
                    + " used (SELECT slot_name, active FROM pg_replication_slots), or raise max_replication_slots and"
                    + " restart the server."));
        }
        int senders = facts.getInt(6);
        if (facts.getLong(7) >= senders) {
            problems.add(error("All " + senders + " replication connections of the server are taken. End one (SELECT *"
                    + " FROM pg_stat_replication), or raise max_wal_senders and restart the server."));
        }
    }

    private static void warnings(ResultSet facts, List<SourceProblem> problems) throws SQLException {
        String keep = facts.getString(9);
        if (keep != null && !keep.equals("-1")) {
            problems.add(warning("max_slot_wal_keep_size is " + keep + " MB: when the pipeline stands still or falls"
                    + " behind by more, the server drops the log that it needs, and the tables have to be snapshotted"
                    + " again."));
        }
        String idle = facts.getString(10);
        if (idle != null && !idle.equals("0")) {
            problems.add(
                    warning("idle_replication_slot_timeout is " + idle + " (see pg_settings for its unit): when the"
                            + " pipeline is stopped for longer, the server gives its slot up, and the tables have to be"
                            + " snapshotted again."));
        }
    }

    private void slot(ReplicationSlot.Found found, List<SourceProblem> problems) {
        ReplicationSlot slot = ReplicationSlot.of(options);
        if (!found.ours()) {
            problems.add(error(slot.foreign(found)));
        } else if (found.lost().isPresent()) {
            problems.add(warning(slot.lost(found.lost().get())));
        } else if (found.activePid() != 0) {
            problems.add(warning(slot.busy(found)));
        }
    }

    static SourceProblem error(String message) {
        return new SourceProblem(Severity.ERROR, Optional.empty(), Optional.empty(), message);
    }

    private static SourceProblem warning(String message) {
        return new SourceProblem(Severity.WARNING, Optional.empty(), Optional.empty(), message);
    }
}
