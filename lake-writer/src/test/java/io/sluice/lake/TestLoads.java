package io.sluice.lake;

import static io.sluice.lake.TestLake.NO_REFETCH;
import static io.sluice.lake.TestLake.at;
import static io.sluice.lake.TestLake.write;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.lake.commit.Spools;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.CutWriter.Drain;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LoadStep;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.lake.TableLoad.Extent;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChunkRange;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.StatisticsFile;

/** Loads as the lake's tests make them, step by step, with changes that wait in them. */
final class TestLoads {

    private TestLoads() {}

    static CommitOutcome step(
            LakeSession session, TableSchema schema, long lsn, long from, long end, Extent extent, Object[]... rows) {
        return session.addToLoad(
                schema.table(),
                new LoadStep(
                        List.of(write(session, schema, rows)),
                        List.of(new ChunkRange("16385/16390", from, end)),
                        at(lsn),
                        extent));
    }

    /** A cut at position {@code number * 100} whose changes all go into loads. */
    static PreparedCut prepareDrain(LakeSession session, long number, Drain into, ColumnBatch... changes) {
        CutWriter writer = session.openCut(number, NO_REFETCH);
        Set<TableId> tables = new TreeSet<>();
        for (ColumnBatch batch : changes) {
            if (tables.add(batch.schema().table())) {
                writer.drain(batch.schema().table(), into);
            }
            writer.apply(batch);
        }
        return writer.prepare(at(number * 100));
    }

    static void drain(LakeSession session, long number, Drain into, ColumnBatch... changes) {
        assertThat(session.commit(prepareDrain(session, number, into, changes)).kind())
                .isEqualTo(CommitOutcome.Kind.COMMITTED);
    }

    static void publishLoads(LakeSession session, long number, TableSchema schema, ColumnBatch... changes) {
        CutWriter writer = session.openCut(number, NO_REFETCH);
        writer.publishLoad(schema.table());
        for (ColumnBatch batch : changes) {
            writer.apply(batch);
        }
        assertThat(session.commit(writer.prepare(at(number * 100))).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
    }

    /** An orders load of rows 1 and 2 that takes changes, with more to read. */
    static LakeSession begun(TestLake lake) {
        LakeSession session = lake.session();
        step(session, ORDERS_SCHEMA, 100, 0, 128, Extent.PARTIAL, row(1L, "new", "a"), row(2L, "new", "b"));
        assertThat(session.beginDrain(ORDERS, at(100)).kind()).isEqualTo(CommitOutcome.Kind.COMMITTED);
        assertThat(session.beginDrain(ORDERS, at(100)).kind()).isEqualTo(CommitOutcome.Kind.ALREADY_COMMITTED);
        return session;
    }

    /** The files of changes that the table refers to. */
    static List<StatisticsFile> spools(TestLake lake, TableId table) {
        return lake.read(
                table,
                found -> Spools.files(((HasTableOperations) found).operations().current()));
    }
}
