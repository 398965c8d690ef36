package io.sluice.service.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.spark.SparkReader.Answer;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.LakeTable;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A reader with no code of Sluice's, Spark SQL, sees in a published lake what PostgreSQL has. */
@Tag("slow")
@ExtendWith(PostgresExtension.class)
class SparkReadsLakeIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /** What the lake must equal, for PostgreSQL to answer, by the lake's table. */
    private static final Map<String, String> TABLES = tables();

    private static final List<String> ORDERS_COLUMNS = List.of(
            "region string",
            "number int",
            "status string",
            "amount decimal(12,2)",
            "placed timestamp",
            "note string",
            "cents decimal(15,2)");

    @TempDir
    Path directory;

    /** Questions to Spark with what it must answer. */
    private final Map<String, Expected> questions = new LinkedHashMap<>();

    private record Expected(List<String> columns, List<String> rows) {}

    @Test
    void spark_reads_every_cut_of_a_lake_with_deletion_vectors_as_the_source_was(TestDatabase database)
            throws Exception {
        createTables(database);
        Path file = pipeline(database);
        List<Map<String, Long>> cuts = new ArrayList<>();
        publish(database, file, cuts);
        change(database);
        publish(database, file, cuts);
        changeAgain(database);
        publish(database, file, cuts);

        try (LakeReader lake = lake()) {
            assertThat(lake.table("lake.orders").files().deletionVectors()).isPositive();
            assertThat(lake.table("lake.every_type").files().deletionVectors()).isPositive();
            for (String table : TABLES.keySet()) {
                LakeTable published = lake.table("lake." + table);
                assertThat(published.iceberg().properties()).containsKey("sluice.cut");
                assertThat(formatVersion(published)).isEqualTo("3");
                questions.put("SELECT * FROM sluice.lake." + table, expected(table, published));
            }
        }
        askForAggregates(database);

        List<Answer> answers =
                new SparkReader(uri(), warehouse(), directory.resolve("answers")).ask(List.copyOf(questions.keySet()));

        SoftAssertions all = new SoftAssertions();
        int index = 0;
        for (Map.Entry<String, Expected> question : questions.entrySet()) {
            Answer answer = answers.get(index++);
            Expected expected = question.getValue();
            if (!expected.columns().isEmpty()) {
                all.assertThat(answer.columns())
                        .as("columns of %s", question.getKey())
                        .isEqualTo(expected.columns());
            }
            all.assertThat(answer.rows()).as("rows of %s", question.getKey()).isEqualTo(expected.rows());
            System.out.println(answer.rows().size() + " rows: " + question.getKey());
        }
        all.assertAll();
        assertThat(cuts).doesNotHaveDuplicates();
    }

    private static Map<String, String> tables() {
        Map<String, String> tables = new LinkedHashMap<>();
        tables.put("every_type", "SELECT * FROM every_type");
        tables.put("orders", "SELECT *, amount * 100 AS cents FROM orders WHERE status <> 'draft'");
        tables.put("events", "SELECT * FROM events");
        tables.put("nothing", "SELECT * FROM nothing");
        return tables;
    }

    private static void createTables(TestDatabase database) {
        database.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'very happy')",
                EveryType.createTable(),
                EveryType.insertFirst(1),
                EveryType.insertSecond(2),
                "INSERT INTO every_type VALUES (3)",
                EveryType.insertFirst(4),
                EveryType.insertFirst(5),
                EveryType.insertSecond(6),
                "CREATE TABLE orders (region text, number int, status text NOT NULL, amount numeric(12,2),"
                        + " placed timestamptz, note text, PRIMARY KEY (number, region))",
                // Stored outside the row, and so left out of the log where an update does not touch it.
                "ALTER TABLE orders ALTER note SET STORAGE EXTERNAL",
                "INSERT INTO orders SELECT (ARRAY['north', 'south', 'east'])[1 + i % 3], i,"
                        + " (ARRAY['draft', 'open', 'paid', 'sent'])[1 + i % 4], i / 7.0 - 100,"
                        + " timestamptz '2024-01-01Z' + i * interval '17 minutes 0.000001 s',"
                        + " CASE WHEN i % 50 = 0 THEN repeat(md5(i::text), 200) WHEN i % 3 > 0 THEN 'note ' || i END"
                        + " FROM generate_series(1, 4000) i",
                "CREATE TABLE events (at timestamp, kind text, weight double precision)",
                "ALTER TABLE events REPLICA IDENTITY FULL",
                "INSERT INTO events SELECT timestamp '2020-02-29' + i % 20 * interval '1 day', 'kind ' || i % 3, i % 5 / 3.0"
                        + " FROM generate_series(1, 500) i",
                "CREATE TABLE clocks (id int PRIMARY KEY, shown time)",
                "INSERT INTO clocks VALUES (1, '12:34:56.789')",
                "CREATE TABLE nothing (id uuid PRIMARY KEY, b bytea)");
    }

    private static void change(TestDatabase database) {
        database.execute(
                EveryType.updateToSecond(1),
                EveryType.updateToNull(2),
                "DELETE FROM every_type WHERE id = 4",
                EveryType.insertFirst(7));
        database.inTransaction(
                "UPDATE orders SET amount = amount + 1 WHERE number % 5 = 0",
                "UPDATE orders SET status = 'draft' WHERE number % 40 = 1",
                "UPDATE orders SET status = 'open' WHERE number % 44 = 4",
                "DELETE FROM orders WHERE number % 9 = 0");
        database.execute(
                "UPDATE orders SET region = 'west' WHERE number BETWEEN 100 AND 300",
                "INSERT INTO orders SELECT 'north', i, 'open', i, now(), NULL FROM generate_series(5001, 5500) i",
                "INSERT INTO events VALUES ('2026-01-01', 'kind 1', 'NaN'), ('2026-01-01', 'kind 1', 'NaN')");
    }

    private static void changeAgain(TestDatabase database) {
        database.execute(
                "UPDATE every_type SET id = id + 100 WHERE id IN (1, 5)",
                EveryType.insertSecond(4),
                "DELETE FROM every_type WHERE id = 3",
                // Rows that were changed before, rows that were not, and keys that come back.
                "UPDATE orders SET amount = NULL WHERE number % 10 = 0",
                "UPDATE orders SET number = number + 100000 WHERE number % 11 = 0",
                "INSERT INTO orders SELECT 'east', i, 'sent', 0.01, NULL, '' FROM generate_series(9, 900, 9) i",
                "DELETE FROM orders WHERE region = 'west' AND number % 2 = 0",
                "DELETE FROM events WHERE kind = 'kind 2'",
                "UPDATE events SET weight = -weight WHERE kind = 'kind 0' AND weight > 1");
    }

    /** Brings the lake level, checks it against the source, and notes what Spark must see of this cut later. */
    private void publish(TestDatabase database, Path file, List<Map<String, Long>> cuts) throws InterruptedException {
        try (Pipeline pipeline = PipelineAssembly.of(
                        PipelineConfigReader.ofProcess().read(file))
                .pipeline(event -> {}, Clock.systemUTC())) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(LIMIT)).as("ended in time").isTrue();
            assertThat(pipeline.status().state())
                    .as("end, with failure %s", pipeline.status().error())
                    .isEqualTo(PipelineState.STOPPED);
        }
        Map<String, Long> snapshots = new LinkedHashMap<>();
        try (LakeReader lake = lake()) {
            TABLES.forEach((table, query) -> {
                LakeTable published = lake.table("lake." + table);
                new SourceLakeChecker(database).assertSame(query, published);
                published.snapshotId().ifPresent(id -> {
                    snapshots.put(table, id);
                    questions.put(
                            "SELECT * FROM sluice.lake." + table + " VERSION AS OF " + id, expected(table, published));
                });
            });
        }
        cuts.add(snapshots);
    }

    /** Sums, counts and filters, which Spark may answer from statistics, against PostgreSQL's own. */
    private void askForAggregates(TestDatabase database) {
        String orders = "(" + TABLES.get("orders") + ") o";
        ask(
                database,
                "SELECT count(*), count(amount), count(note), sum(amount), min(amount), max(amount), min(number),"
                        + " max(number), sum(length(note)) FROM ",
                "orders",
                orders);
        ask(
                database,
                "SELECT region, status, count(*), sum(cents) FROM ",
                "orders",
                orders,
                " GROUP BY region, status");
        ask(database, "SELECT number FROM ", "orders", orders, " WHERE region = 'west' AND amount < -70");
        ask(database, "SELECT number FROM ", "orders", orders, " WHERE note IS NULL AND number < 600");
        ask(database, "SELECT count(*), min(id), max(id) FROM ", "every_type", "every_type");
        ask(database, "SELECT kind, count(*) FROM ", "events", "events", " GROUP BY kind");
        ask(database, "SELECT count(*) FROM ", "nothing", "nothing");
        // Spark has no place for Iceberg's type time: it says so, and reads nothing wrong.
        questions.put(
                "SELECT id FROM sluice.lake.clocks",
                new Expected(List.of("REFUSED Spark does not support time fields"), List.of()));
        questions.put(
                "SHOW TBLPROPERTIES sluice.lake.orders ('identifier-fields')",
                new Expected(List.of(), List.of("identifier-fields\t[number,region]")));
        questions.put(
                "SHOW TBLPROPERTIES sluice.lake.every_type ('identifier-fields')",
                new Expected(List.of(), List.of("identifier-fields\t[id]")));
    }

    private void ask(TestDatabase database, String select, String lakeTable, String source, String... rest) {
        String end = String.join("", rest);
        List<String> rows = new ArrayList<>(database.queryStrings(
                "SELECT array_to_string(array(SELECT coalesce(v, '\\N') FROM json_each_text(to_json(q)) WITH ORDINALITY"
                        + " e(k, v, n) ORDER BY n), E'\\t') FROM (" + select + source + end + ") q"));
        rows.sort(null);
        questions.put(select + "sluice.lake." + lakeTable + end, new Expected(List.of(), rows));
    }

    private static Expected expected(String table, LakeTable published) {
        List<String> columns = switch (table) {
            case "every_type" -> EveryType.sparkColumns();
            case "orders" -> ORDERS_COLUMNS;
            case "events" -> List.of("at timestamp_ntz", "kind string", "weight double");
            default -> List.of("id string", "b binary");
        };
        return new Expected(columns, LakeRowText.rows(published));
    }

    private static String formatVersion(LakeTable table) {
        return String.valueOf(((org.apache.iceberg.HasTableOperations) table.iceberg())
                .operations()
                .current()
                .formatVersion());
    }

    private LakeReader lake() {
        return LakeReader.open(uri(), warehouse());
    }

    private Path warehouse() {
        return directory.resolve("warehouse");
    }

    private String uri() {
        return "jdbc:sqlite:" + warehouse().resolve("catalog.db");
    }

    private Path pipeline(TestDatabase database) throws IOException {
        return Files.writeString(directory.resolve("spark.yaml"), """
                pipeline:
                  name: spark
                  commit-interval: 200ms
                  state-directory: "%s"
                source:
                  type: postgres
                  hostname: %s
                  port: %d
                  database-name: %s
                  username: %s
                  tables: public.*
                sink:
                  type: iceberg
                  namespace: lake
                  catalog:
                    type: jdbc
                    uri: "%s"
                    warehouse: "%s"
                transform:
                  - source-table: public.orders
                    projection: "*, amount * 100 AS cents"
                    filter: "status <> 'draft'"
                    partition-keys: "region, bucket(2, number)"
                """.formatted(
                        directory.resolve("state"),
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        uri(),
                        warehouse()));
    }
}
