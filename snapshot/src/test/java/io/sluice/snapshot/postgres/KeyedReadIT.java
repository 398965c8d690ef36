package io.sluice.snapshot.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase.RowsAt;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rows by key, and positions that cover what was committed. */
@ExtendWith(PostgresExtension.class)
final class KeyedReadIT {

    @Test
    void rowsAreFoundByKeysOfEveryType(TestDatabase database) {
        database.execute(
                "CREATE TYPE mood AS ENUM ('it''s fine')",
                "CREATE TABLE t (a int2, b bigint, c numeric(30,3), d numeric(9,2), e text, f varchar(9), g char(4),"
                        + " h bytea, i uuid, j date, k time, l timestamp, m timestamptz, n bool, o mood, p float8,"
                        + " q float4, r oid, v text,"
                        + " PRIMARY KEY (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r))",
                "INSERT INTO t VALUES"
                        + " (-1, 9223372036854775807, -123456789012345678901234567.125, -0.01, 'a''b\\c\"ä𝔘', '', 'x',"
                        + " '\\x00ff', 'ffffffff-1234-8234-9234-0123456789ab', '0044-03-15 BC', '23:59:59.999999',"
                        + " '0044-03-15 00:00:00.000001 BC', '12345-01-01 23:59:59.999999+00', false, 'it''s fine',"
                        + " '-Infinity', 1e-45, 4294967295, 'found'),"
                        + " (1, 0, 0, 0, '', '', '', '', '00000000-0000-0000-0000-000000000000', '1970-01-01',"
                        + " '00:00', '1970-01-01', '1970-01-01 00:00+00', true, 'it''s fine', 0.1, 0.1, 0, NULL)");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            try (SnapshotSession session = source.beginStream(schemas, schemas)) {
                for (SnapshotChunk chunk : session.chunks()) {
                    session.read(chunk, (batch, bytes) -> {
                        RowsAt found = source.readRows(schemas.get(0), batch);
                        assertThat(Sources.texts(found.rows()))
                                .containsExactlyInAnyOrderElementsOf(Sources.texts(batch));
                        assertThat(found.rows().rowCount()).isEqualTo(2);
                    });
                }
            }
        }
    }

    @Test
    void manyKeysAreReadAndMissingOnesLeftOut(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (1000)",
                "CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (1000) TO (9000)",
                "INSERT INTO t SELECT i, 'v' || i FROM generate_series(1, 2000) i WHERE i % 2 = 0");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            TableSchema schema = Sources.schemas(source).get(0);
            ColumnBatch keys = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, 2000);
            for (int id = 1; id <= 2000; id++) {
                ((IntVector) keys.column(0)).append(id);
                keys.column(1).appendNull();
                keys.endRow();
            }
            RowsAt found = source.readRows(schema, keys);

            assertThat(found.rows().rowCount()).isEqualTo(1000);
            assertThat(Sources.texts(found.rows()))
                    .contains("2|v2", "2000|v2000")
                    .doesNotContain("1|v1");
        }
    }

    @Test
    void positionsCoverWhatWasCommittedAndACommitComesBehindThem(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY)");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            List<TableSchema> schemas = Sources.schemas(source);
            source.beginStream(schemas, schemas).close();
            database.execute("SET synchronous_commit = off; INSERT INTO t VALUES (1)");
            LogSequenceNumber committed = database.currentPosition();

            LogSequenceNumber position = (LogSequenceNumber) source.currentPosition();
            ColumnBatch keys = ColumnBatch.create(schemas.get(0), ColumnBatch.Content.SNAPSHOT, 1);
            ((IntVector) keys.column(0)).append(1);
            keys.endRow();
            RowsAt rows = source.readRows(schemas.get(0), keys);

            assertThat(position.covers(committed)).isTrue();
            assertThat(rows.position().covers(position)).isTrue();
            assertThat(source.logEnd().covers(rows.position())).isTrue();
            // Nothing else is ever written here, and still the log holds a commit behind each position.
            assertThat(database.queryLong("SELECT count(*) FROM pg_logical_slot_peek_binary_changes('slot_"
                            + database.name() + "', NULL, NULL, 'proto_version', '1', 'messages', 'true',"
                            + " 'publication_names', 'pub_" + database.name()
                            + "') WHERE get_byte(data, 0) = ascii('C')"
                            + " AND lsn > '" + rows.position().text() + "'"))
                    .isEqualTo(1);
        }
    }

    @Test
    void aTableThatIsGoneIsTold(TestDatabase database) {
        database.execute("CREATE TABLE t (id varchar(3) PRIMARY KEY)");
        try (PostgresDatabase source = new PostgresDatabase(Sources.options(database, "public\\.t"))) {
            TableSchema schema = Sources.schemas(source).get(0);
            TableSchema other = new TableSchema(new TableId("public", "gone"), 0, schema.columns(), schema.key());
            PipelineException failure = catchThrowableOfType(
                    PipelineException.class,
                    () -> source.readRows(other, ColumnBatch.create(other, ColumnBatch.Content.SNAPSHOT, 1)));
            assertThat(failure.kind()).isEqualTo(ErrorKind.SCHEMA_CHANGED);
            assertThat(failure.table()).contains(other.table());
        }
    }
}
