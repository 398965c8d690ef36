package io.sluice.service.law;

import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.TransformedTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that are open at the same time interleave in the log; what counts is the order of their commits. */
class InterleavedTransactionsIT {

    @TempDir
    Path directory;

    @Test
    void aRestartBetweenTheCommitsOfInterleavedTransactionsLosesAndDoublesNothing()
            throws SQLException, InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(
                    "CREATE TABLE account (id int PRIMARY KEY, amount bigint NOT NULL)",
                    "CREATE TABLE entry (id int PRIMARY KEY, account int NOT NULL, amount bigint NOT NULL)",
                    "INSERT INTO account SELECT i, 0 FROM generate_series(1, 10) i");
            LawHarness law = new LawHarness(
                    database,
                    List.of(table("account", "id, amount"), table("entry", "id, account, amount")),
                    directory,
                    "");
            law.catchUp();
            law.assertLakeEqualsSource();
            try (Connection early = database.connect();
                    Connection late = database.connect();
                    Connection wide = database.connect()) {
                early.setAutoCommit(false);
                late.setAutoCommit(false);
                wide.setAutoCommit(false);
                // In the log: late, early, wide, late, early, wide. Commits: early, (restart), late, (restart), wide.
                for (int round = 0; round < 2; round++) {
                    transfer(late, 1 + round, 100 + round);
                    transfer(early, 4 + round, 200 + round);
                    transfer(wide, 7 + round, 300 + round);
                }
                early.commit();
                try (Pipeline pipeline = law.pipeline()) {
                    pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                    law.awaitPublished(pipeline, database.currentPosition());
                    law.assertLakeEqualsSource();
                }
                late.commit();
                law.catchUp();
                law.assertLakeEqualsSource();
                transfer(wide, 1, 400);
                wide.commit();
                law.catchUp();
                law.assertLakeEqualsSource();
            }
        }
    }

    private static void transfer(Connection connection, int account, int entry) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO entry VALUES (" + entry + ", " + account + ", 5)");
            statement.execute("UPDATE account SET amount = amount + 5 WHERE id = " + account);
        }
    }

    private static TransformedTable table(String name, String columns) {
        return new TransformedTable(
                new TableId("public", name),
                "*",
                Optional.empty(),
                "SELECT " + columns + " FROM public." + name,
                List.of("id"),
                "");
    }
}
