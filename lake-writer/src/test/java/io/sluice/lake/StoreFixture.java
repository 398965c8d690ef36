package io.sluice.lake;

import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.row;

import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.schema.TableId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A lake on one catalog and one storage, with two published tables, whose answers can be wrong. */
abstract class StoreFixture {

    /** How a commit's answer is wrong or missing. */
    enum Answer {
        /** Reported as lost to another writer, and done. */
        FAILED_THOUGH_DONE,
        /** An error of the server, and done. */
        ERROR_THOUGH_DONE,
        /** No answer, and done. */
        LOST_THOUGH_DONE,
        /** No answer, and not done. */
        LOST_AND_NOT_DONE,
        /** Reported as lost to another writer, rightly. */
        FAILED_AND_NOT_DONE
    }

    @TempDir
    Path directory;

    TestLake lake;
    LakeSession session;

    /** A lake with nothing in it; the directory is the test's own. */
    abstract TestLake newLake(Path localDirectory);

    /** The next commit that changes orders is answered like that. */
    abstract void answerNextCommit(Answer answer);

    /** The catalog cannot be reached. */
    abstract void goAway();

    /** The catalog can be reached again. */
    abstract void comeBack();

    /** Ends what {@link #newLake} started. */
    abstract void closeServers();

    @BeforeEach
    void published() {
        lake = newLake(directory);
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"), row(2L, "new", "b"), row(3L, "new", "c"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1), row("x", 1));
    }

    @AfterEach
    void close() throws Exception {
        lake.faults.clear();
        lake.close();
        closeServers();
    }

    /** Another process with the same pipeline. */
    final TestLake rival() {
        return new TestLake(directory.resolve("rival"), lake.store);
    }

    final LakeTableState state(TableId id) {
        return session.tables().stream()
                .filter(table -> table.table().equals(id))
                .findFirst()
                .orElseThrow();
    }
}
