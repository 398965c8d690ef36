package io.sluice.testkit.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.RandomWorkload.Feature;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
class RandomWorkloadIT {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void postgres_accepts_what_is_generated_and_understands_the_transforms(long seed) {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(seed, database)) {
            workload.runTransactions(60);

            for (TransformedTable table : workload.tables()) {
                long all = database.queryLong("SELECT count(*) FROM " + table.source());
                long some = database.queryLong("SELECT count(*) FROM (" + table.expectedSql() + ") q");
                assertThat(some).isLessThanOrEqualTo(all);
                List<String> columns = columns(database, table.expectedSql());
                assertThat(columns).containsAll(table.keyColumns());
            }
        }
    }

    @Test
    void the_same_seed_makes_the_same_rows() {
        List<List<String>> contents = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                    RandomWorkload workload = RandomWorkload.create(42, database)) {
                workload.runTransactions(40);
                contents.add(workload.tables().stream()
                        .map(table -> database.queryString(
                                "SELECT coalesce(string_agg(md5(t::text), '' ORDER BY t::text), '')" + " FROM "
                                        + table.source() + " t"))
                        .toList());
            }
        }
        assertThat(contents.get(0)).isEqualTo(contents.get(1)).anyMatch(text -> !text.isEmpty());
    }

    @Test
    void the_log_interleaves_transactions_and_leaves_large_values_out(TestDatabase database) {
        String slot = "s_" + database.name();
        try (RandomWorkload workload = RandomWorkload.create(11, database)) {
            database.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'test_decoding')");

            workload.runTransactions(150);

            List<String> changes = database.queryStrings(
                    "SELECT data FROM pg_logical_slot_get_changes('" + slot + "', NULL, NULL, 'include-xids', 'on')");
            assertThat(changes)
                    .anyMatch(change -> change.contains("unchanged-toast-datum"))
                    .anyMatch(change -> change.contains("old-key"))
                    .anyMatch(change -> change.contains("DELETE"))
                    .anyMatch(change -> change.contains("INSERT"));
            // Transactions are not numbered in the order in which they commit: some overlapped.
            List<Long> begun = changes.stream()
                    .filter(change -> change.startsWith("BEGIN"))
                    .map(change -> Long.valueOf(change.substring("BEGIN ".length())))
                    .toList();
            assertThat(begun).isNotEqualTo(begun.stream().sorted().toList()).hasSizeGreaterThan(80);
            assertThat(workload.position().value()).isPositive();
        }
    }

    @Test
    void truncation_happens_only_where_it_is_wanted() {
        for (Set<Feature> features : List.of(EnumSet.of(Feature.SAVEPOINTS), EnumSet.of(Feature.TRUNCATE))) {
            try (TestDatabase other = EmbeddedPostgresServer.shared().createDatabase();
                    RandomWorkload workload = RandomWorkload.create(5, other, features)) {
                other.execute("SELECT pg_create_logical_replication_slot('s_" + other.name() + "', 'test_decoding')");
                workload.runTransactions(150);
                boolean truncated = other
                        .queryStrings(
                                "SELECT data FROM pg_logical_slot_get_changes('s_" + other.name() + "', NULL, NULL)")
                        .stream()
                        .anyMatch(change -> change.contains("TRUNCATE"));
                assertThat(truncated).isEqualTo(features.contains(Feature.TRUNCATE));
            }
        }
    }

    private static List<String> columns(TestDatabase database, String query) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                columns.add(rows.getMetaData().getColumnLabel(i));
            }
            return columns;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
