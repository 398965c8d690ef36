package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.runtime.Pipeline;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that have to be read again, for the filter mixes a large value that the log leaves out with one that changes. */
class SteadyRefetchIT {

    private static final int ROWS = 50;
    private static final int CUTS = 3;

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, amount int NOT NULL, note text NOT NULL)",
                "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
                "INSERT INTO orders SELECT i, 0, repeat(md5(i::text), 200) FROM generate_series(1, " + ROWS + ") i");
        rig = new Rig(database, directory, "orders").transform("orders", "filter: \"amount + CHAR_LENGTH(note) > 0\"");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void cutsEndWhileSuchRowsKeepComing() throws InterruptedException {
        AtomicBoolean writing = new AtomicBoolean(true);
        AtomicReference<SQLException> failure = new AtomicReference<>();
        try (Pipeline pipeline = rig.pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            rig.awaitPublished(pipeline);
            long first = pipeline.status().cut();
            Thread writer = new Thread(() -> update(writing, failure), "writer");
            writer.start();
            try {
                Awaitility.await()
                        .atMost(Rig.LIMIT)
                        .until(() -> pipeline.status().cut() >= first + CUTS || failure.get() != null);
                assertThat(writer.isAlive()).as("the writer is still at work").isTrue();
            } finally {
                writing.set(false);
                writer.join();
            }
            assertThat(failure).hasNullValue();
            rig.awaitPublished(pipeline);
        }
        rig.assertLake("orders", "SELECT * FROM orders WHERE amount + length(note) > 0");
    }

    private void update(AtomicBoolean writing, AtomicReference<SQLException> failure) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (int i = 0; writing.get(); i++) {
                statement.execute("UPDATE orders SET amount = amount + 1 WHERE id = " + (1 + i % ROWS));
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }
}
