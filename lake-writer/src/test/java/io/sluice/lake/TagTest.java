package io.sluice.lake;

import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.cut;
import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestLake.write;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.delete;
import static io.sluice.lake.TestRows.events;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.orders;
import static io.sluice.lake.TestRows.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tags of cuts, and what the tables tell of their cuts. */
class TagTest {

    @TempDir
    Path directory;

    TestLake lake;
    LakeSession session;

    @BeforeEach
    void published() {
        lake = new TestLake(directory);
        session = lake.session();
        publish(session, ORDERS_SCHEMA, 100, row(1L, "new", "a"));
        publish(session, EVENTS_SCHEMA, 100, row("x", 1));
        cut(session, 2, orders(insert(2L, "new", "b")));
    }

    @AfterEach
    void close() throws Exception {
        lake.assertSound(ORDERS, EVENTS);
        lake.close();
    }

    @Test
    void everyTableHasTheTagAndReadsAsItWasAtTheCut() {
        assertThat(session.latestTag()).isEmpty();
        assertThat(session.tag(2).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        cut(session, 3, orders(delete(1L)), events(insert("y", 2)));

        assertThat(rowsAtTag(ORDERS, "cut-2")).containsExactly("1", "2");
        assertThat(rowsAtTag(EVENTS, "cut-2")).containsExactly("x");
        assertThat(lake.rows(EVENTS)).containsExactly("x|1", "y|2");
        LakeCut latest = session.latestTag().orElseThrow();
        assertThat(latest.number()).isEqualTo(2);
        assertThat(latest.tagged()).isTrue();
        assertThat(latest.position()).isEqualTo("0/C8");
        assertThat(latest.snapshots()).containsOnlyKeys(ORDERS, EVENTS);
    }

    @Test
    void taggingTwiceIsTaggingOnce() {
        session.tag(2);

        assertThat(session.tag(2).kind()).isEqualTo(CommitOutcome.Kind.ALREADY_COMMITTED);
    }

    @Test
    void cutsAreListedWithTheStateOfUnchangedTablesToo() {
        session.tag(2);
        cut(session, 3, events(insert("y", 2)));

        List<LakeCut> cuts = lake.lake().cuts(List.of(ORDERS, EVENTS), 10);
        assertThat(cuts).extracting(LakeCut::number).containsExactly(3L, 2L, 1L);
        assertThat(cuts).extracting(LakeCut::tagged).containsExactly(false, true, false);
        assertThat(cuts).extracting(LakeCut::position).containsExactly("0/12C", "0/C8", "0/64");
        assertThat(cuts.get(0).snapshots().get(ORDERS))
                .isEqualTo(cuts.get(1).snapshots().get(ORDERS))
                .isNotEqualTo(cuts.get(2).snapshots().get(ORDERS));
        assertThat(lake.lake().cuts(List.of(ORDERS, EVENTS), 1))
                .extracting(LakeCut::number)
                .containsExactly(3L);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_ALL, names = "TAG_.*")
    void aCutThatOnlySomeTablesHaveTheTagOfIsNeverListedAsTaggedAndIsCompletedByTheNextOwner(FailPoint point)
            throws Exception {
        lake.restart();
        lake.with(options -> options.withFailPoints(reached -> {
            if (reached == point) {
                throw new Killed();
            }
        }));
        LakeSession doomed = lake.session();
        assertThatThrownBy(() -> doomed.tag(2)).isInstanceOf(Killed.class);
        lake.kill();

        lake.with(options -> options);
        LakeCut listed = lake.lake().cuts(List.of(ORDERS, EVENTS), 10).get(0);
        assertThat(listed.number()).isEqualTo(2);
        assertThat(listed.tagged()).isEqualTo(hasTag(ORDERS, "cut-2") && hasTag(EVENTS, "cut-2"));
        assertThat(listed.tagged()).isEqualTo(point == FailPoint.TAG_AFTER_TABLES);

        session = lake.session();
        session.tag(2);
        assertThat(rowsAtTag(ORDERS, "cut-2")).containsExactly("1", "2");
        assertThat(rowsAtTag(EVENTS, "cut-2")).containsExactly("x");
        assertThat(session.latestTag().orElseThrow().tagged()).isTrue();
    }

    @Test
    void aLaterOwnerKeepsTheEarlierOneFromTagging() {
        TestLake elsewhere =
                new TestLake(directory).with(options -> options.withStateDirectory(directory.resolve("other-state")));
        elsewhere.session();

        assertThat(session.tag(2)).isInstanceOf(CommitOutcome.Fenced.class);
        assertThat(hasTag(EVENTS, "cut-2")).isFalse();
        assertThat(hasTag(ORDERS, "cut-2")).isFalse();
    }

    @Test
    void aTableThatJoinedLaterOrWasLeftBehindIsNoPartOfACut() throws Exception {
        session.stop(EVENTS, "its schema changed");
        cut(session, 3, orders(insert(3L, "new", "c")));
        session.tag(3);
        assertThat(hasTag(EVENTS, "cut-3")).isFalse();
        LakeCut latest = session.latestTag().orElseThrow();
        assertThat(latest.tagged()).isTrue();
        assertThat(latest.snapshots()).containsOnlyKeys(ORDERS);

        session.publish(EVENTS, List.of(write(session, EVENTS_SCHEMA, row("z", 9))), 4, at(400));
        List<LakeCut> cuts = lake.lake().cuts(List.of(ORDERS, EVENTS), 10);
        assertThat(cuts.get(0).snapshots()).containsOnlyKeys(ORDERS, EVENTS);
        assertThat(cuts.get(1).number()).isEqualTo(3);
        assertThat(cuts.get(1).tagged()).isTrue();
        assertThat(cuts.get(1).snapshots()).containsOnlyKeys(ORDERS);
    }

    private boolean hasTag(io.sluice.pipeline.schema.TableId table, String tag) {
        return lake.<Map<String, ?>>read(table, one -> one.refs()).containsKey(tag);
    }

    /** The first column, as an engine reads {@code FOR VERSION AS OF 'tag'}. */
    private List<String> rowsAtTag(io.sluice.pipeline.schema.TableId table, String tag) {
        return lake.read(table, one -> {
            List<String> rows = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(one)
                    .useSnapshot(one.refs().get(tag).snapshotId())
                    .build()) {
                records.forEach(record -> rows.add(String.valueOf(record.get(0))));
            }
            rows.sort(null);
            return rows;
        });
    }

    /** A kill: no handler for exceptions sees it. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }
}
