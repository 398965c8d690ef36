package io.sluice.lake;

import static io.sluice.lake.TestLoads.begun;
import static io.sluice.lake.TestLoads.drain;
import static io.sluice.lake.TestLoads.prepareDrain;
import static io.sluice.lake.TestLoads.publishLoads;
import static io.sluice.lake.TestLoads.spools;
import static io.sluice.lake.TestLoads.step;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.CutWriter.Drain;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.TableLoad.Extent;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.ChunkRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.iceberg.HasTableOperations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of changes that a process left behind when it died are deleted by the next owner, and no other file is. */
class SpoolSweepTest {

    @TempDir
    Path directory;

    TestLake lake;

    @BeforeEach
    void open() {
        lake = new TestLake(directory);
    }

    @AfterEach
    void close() throws Exception {
        lake.assertSound(ORDERS, EVENTS);
        lake.close();
    }

    /** Files of changes, whether the table refers to them or not. */
    private Set<String> spoolFiles(TableId table) {
        return lake.read(table, found -> {
            Set<String> files = new TreeSet<>(lake.store.files(found.location()));
            files.removeIf(file -> !file.endsWith(".puffin") || !file.contains("/sluice-changes/"));
            return files;
        });
    }

    /** Dies at a point of the cut that publishes a load with one file of changes. */
    private void dieWhilePublishing(FailPoint point) throws Exception {
        lake.with(options -> options.withFailPoints(TestLake.dyingAt(point)));
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        step(session, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(3L, "new", "c"));
        assertThatThrownBy(() -> publishLoads(session, 3, ORDERS_SCHEMA)).isInstanceOf(TestLake.Killed.class);
        lake.kill();
        lake.with(options -> options);
    }

    @Test
    void filesThatADeathAfterThePublishingCommitLeftAreDeletedAtTheNextStart() throws Exception {
        dieWhilePublishing(FailPoint.CUT_AFTER_CATALOG);
        assertThat(spools(lake, ORDERS)).isEmpty();
        assertThat(spoolFiles(ORDERS)).hasSize(1);

        lake.session();

        assertThat(spoolFiles(ORDERS)).isEmpty();
        assertThat(lake.rows(ORDERS)).hasSize(4);
    }

    @Test
    void aFileThatWasWrittenAndNotCommittedIsDeletedAtTheNextStartAndThoseThatWaitAreNot() throws Exception {
        LakeSession session = begun(lake);
        drain(session, 2, Drain.INTO_LOAD, orders(insert(4L, "new", "d")));
        Set<String> waiting = spoolFiles(ORDERS);
        prepareDrain(session, 3, Drain.INTO_LOAD, orders(insert(5L, "new", "e")));
        lake.kill();
        assertThat(spoolFiles(ORDERS)).hasSize(2);

        LakeSession next = lake.session();

        assertThat(spoolFiles(ORDERS)).isEqualTo(waiting);
        step(next, ORDERS_SCHEMA, 100, 128, ChunkRange.OPEN, Extent.COMPLETE, row(3L, "new", "c"));
        publishLoads(next, 3, ORDERS_SCHEMA);
        assertThat(lake.rows(ORDERS)).containsExactly("1|new|a", "2|new|b", "3|new|c", "4|new|d");
        assertThat(spoolFiles(ORDERS)).isEmpty();
    }

    /** Tables may share a directory; and an owner that was late to look must not touch what its successor writes. */
    @Test
    void filesOfAnotherTableAndOfALaterOwnerStay() throws Exception {
        dieWhilePublishing(FailPoint.CUT_AFTER_CATALOG);
        Path left = Path.of(spoolFiles(ORDERS).iterator().next());
        Path others = left.resolveSibling(UUID.randomUUID() + "-1.puffin");
        Files.copy(left, others);
        long epoch = lake.session().epoch();
        assertThat(spoolFiles(ORDERS)).containsExactly(others.toString());
        Files.copy(others, left);

        sweep(epoch - 1);
        assertThat(spoolFiles(ORDERS)).containsExactlyInAnyOrder(left.toString(), others.toString());
        sweep(epoch);
        assertThat(spoolFiles(ORDERS)).containsExactly(others.toString());
    }

    private void sweep(long epoch) {
        lake.elsewhere(catalog -> new SpoolSweep(TestLake.PIPELINE, epoch)
                .run(((HasTableOperations) catalog.loadTable(LakeTables.identifier(ORDERS))).operations()));
    }
}
