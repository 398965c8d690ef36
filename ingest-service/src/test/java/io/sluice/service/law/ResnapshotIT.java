package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.LakeTable;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.TransformedTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.types.Type;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table is read anew while the others stream on; also one that stopped because its schema changed. */
class ResnapshotIT {

    @TempDir
    Path directory;

    @Test
    void aTableWhoseSchemaChangedComesBackWithItsNewSchema() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(
                    "CREATE TABLE a (id int4 PRIMARY KEY, n int4, gone text, kind int4)",
                    "INSERT INTO a SELECT i, i, 'old', i FROM generate_series(1, 500) i",
                    "CREATE TABLE b (id int8 PRIMARY KEY, note text)",
                    "INSERT INTO b SELECT i, 'b' || i FROM generate_series(1, 100) i");
            LawHarness law = new LawHarness(database, List.of(table("a"), table("b")), directory, "");
            try (Pipeline pipeline = law.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                law.awaitPublished(pipeline, database.currentPosition());
                int idField = field(law, "id");
                int nField = field(law, "n");
                int kindField = field(law, "kind");
                database.execute(
                        "ALTER TABLE a DROP COLUMN gone, ADD COLUMN fresh text DEFAULT 'f', ALTER n TYPE int8,"
                                + " ALTER kind TYPE text USING 'k' || kind",
                        "UPDATE a SET n = n + 1 WHERE id < 10");
                Awaitility.await()
                        .atMost(LawHarness.LIMIT)
                        .until(() -> phase(pipeline, "public.a") == PipelinePhase.STOPPED);
                database.execute("UPDATE b SET note = 'changed' WHERE id < 50", "DELETE FROM a WHERE id > 400");
                law.awaitPublished(pipeline, database.currentPosition());
                assertThat(rows(law, "a")).isEqualTo(500);

                pipeline.resnapshot("public.a");
                database.execute("UPDATE b SET note = 'again' WHERE id < 5", "UPDATE a SET fresh = 'x' WHERE id = 1");
                Awaitility.await()
                        .atMost(LawHarness.LIMIT)
                        .until(() -> phase(pipeline, "public.a") == PipelinePhase.STREAMING);
                database.execute("INSERT INTO a VALUES (1000, 5000000000, 'text', 'y')", "DELETE FROM a WHERE id = 2");
                law.awaitPublished(pipeline, database.currentPosition());

                law.assertLakeEqualsSource();
                assertThat(field(law, "id")).isEqualTo(idField);
                assertThat(field(law, "n")).as("widened in place").isEqualTo(nField);
                assertThat(field(law, "kind")).as("of another type").isNotEqualTo(kindField);
                try (LakeReader lake = law.lake()) {
                    LakeTable table = lake.table("law.a");
                    assertThat(table.columns()).containsExactly("id", "n", "kind", "fresh");
                    assertThat(table.schema().findField("n").type().typeId()).isEqualTo(Type.TypeID.LONG);
                    assertThat(table.iceberg().refs()).doesNotContainKey("sluice-load");
                }
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    @Test
    void aHealthyTableIsReplacedInOneCutWhileItIsWrittenTo() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(
                    "CREATE TABLE a (id int8 PRIMARY KEY, n int4)",
                    "INSERT INTO a SELECT i, i FROM generate_series(1, 20000) i",
                    "CREATE TABLE b (kind text, n int4)",
                    "ALTER TABLE b REPLICA IDENTITY FULL",
                    "INSERT INTO b SELECT 'k' || i % 3, i % 7 FROM generate_series(1, 100) i");
            LawHarness law =
                    new LawHarness(database, List.of(keyed("a", List.of("id")), keyed("b", List.of())), directory, "");
            try (Pipeline pipeline = law.pipeline()) {
                pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
                law.awaitPublished(pipeline, database.currentPosition());
                database.execute("UPDATE a SET n = n + 1 WHERE id % 3 = 0", "UPDATE b SET n = 0 WHERE kind = 'k1'");
                for (String table : List.of("public.a", "public.b")) {
                    pipeline.resnapshot(table);
                    for (int i = 0; i < 20; i++) {
                        database.execute(
                                "UPDATE a SET n = n + 1 WHERE id % 100 = " + i,
                                "DELETE FROM a WHERE id = " + (i + table.hashCode() % 50 + 100),
                                "UPDATE b SET n = n + 1 WHERE kind = 'k2'",
                                "INSERT INTO b VALUES ('k0', " + i + ")");
                        assertThat(rows(law, "a")).isGreaterThan(19_000);
                    }
                    Awaitility.await()
                            .atMost(LawHarness.LIMIT)
                            .until(() -> pipeline.status().tables().stream().noneMatch(one -> one.loading()));
                    law.awaitPublished(pipeline, database.currentPosition());
                    law.assertLakeEqualsSource();
                }
            }
        }
    }

    @Test
    void tablesJoinAndLeaveWithTheFile() throws InterruptedException {
        try (TestDatabase database = EmbeddedPostgresServer.shared().createDatabase()) {
            database.execute(
                    "CREATE TABLE a (id int8 PRIMARY KEY, n int4)",
                    "INSERT INTO a SELECT i, i FROM generate_series(1, 100) i",
                    "CREATE TABLE b (id int8 PRIMARY KEY, n int4)",
                    "INSERT INTO b SELECT i, i FROM generate_series(1, 100) i");
            new LawHarness(database, List.of(table("a")), directory, "").catchUp();

            LawHarness both = new LawHarness(database, List.of(table("a"), table("b")), directory, "");
            database.execute("UPDATE a SET n = 0 WHERE id < 50");
            both.catchUp();
            both.assertLakeEqualsSource();
            database.execute("DELETE FROM b WHERE id = 1", "DELETE FROM a WHERE id = 1");
            both.catchUp();
            both.assertLakeEqualsSource();

            LawHarness one = new LawHarness(database, List.of(table("a")), directory, "");
            one.catchUp();
            database.execute("UPDATE a SET n = 7", "DELETE FROM b WHERE id > 50");
            one.catchUp();
            one.assertLakeEqualsSource();
            assertThat(rows(one, "b")).as("no longer followed").isEqualTo(99);

            both = new LawHarness(database, List.of(table("a"), table("b")), directory, "");
            both.catchUp();
            both.assertLakeEqualsSource();
        }
    }

    private static PipelinePhase phase(Pipeline pipeline, String table) {
        return pipeline.status().tables().stream()
                .filter(one -> one.source().equals(table))
                .findFirst()
                .orElseThrow()
                .phase();
    }

    private static int field(LawHarness law, String column) {
        try (LakeReader lake = law.lake()) {
            return lake.table("law.a").schema().findField(column).fieldId();
        }
    }

    private static long rows(LawHarness law, String table) {
        try (LakeReader lake = law.lake()) {
            return lake.table("law." + table).rowCount();
        }
    }

    private static TransformedTable table(String name) {
        return keyed(name, List.of("id"));
    }

    private static TransformedTable keyed(String name, List<String> keyColumns) {
        return new TransformedTable(
                new TableId("public", name), "*", Optional.empty(), "SELECT * FROM " + name, keyColumns, name);
    }
}
