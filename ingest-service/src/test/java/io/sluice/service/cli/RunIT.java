package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.schema.TableId;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class RunIT {

    private static final String FILTERED =
            "SELECT id, customer, status, amount, amount * 100 AS cents FROM orders WHERE status <> 'draft'";

    @TempDir
    Path directory;

    @BeforeEach
    void someTables(TestDatabase database) {
        database.execute(
                "CREATE TABLE orders (id bigint PRIMARY KEY, customer text, status text NOT NULL, amount numeric(12,2),"
                        + " secret text)",
                "CREATE TABLE notes (written timestamptz NOT NULL, note text)",
                "ALTER TABLE notes REPLICA IDENTITY FULL",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "INSERT INTO orders SELECT i, 'customer ' || i, (ARRAY['draft', 'open', 'paid'])[1 + i % 3], i / 3.0, 'x'"
                        + " FROM generate_series(1, 3000) i",
                "INSERT INTO notes SELECT '2026-01-01Z'::timestamptz + i % 10 * interval '1 s', 'note ' || i % 7"
                        + " FROM generate_series(1, 100) i",
                "ANALYZE");
    }

    @Test
    void a_run_until_caught_up_leaves_a_lake_that_agrees_and_a_second_one_brings_it_level(TestDatabase database)
            throws IOException {
        Path file = pipeline(database, "amount * 100 AS cents");

        assertThat(Invocation.of("plan", file.toString()).exitCode()).isZero();
        Invocation before = Invocation.of("verify", "--attempts", "1", file.toString());
        assertThat(before.exitCode()).isEqualTo(3);
        assertThat(before.out()).contains("shop.orders  NOT COMPARED  it does not exist in the lake yet");

        Invocation first = Invocation.of("run", "--plain", "--until-caught-up", file.toString());
        assertThat(first.err()).isEmpty();
        assertThat(first.out()).contains("handover", "published  shop.orders: 2 000 rows");
        assertThat(first.exitCode()).isZero();

        Invocation same = Invocation.of("verify", "--attempts", "1", file.toString());
        assertThat(same.out())
                .contains(
                        "public.orders → shop.orders  2 000 rows  ok",
                        "public.notes → shop.notes  100 rows  ok",
                        "public.nothing → shop.nothing  0 rows  ok",
                        "ok: 2 100 rows in 3 tables are the same");
        assertThat(same.exitCode()).isZero();

        database.inTransaction(
                "UPDATE orders SET status = 'draft' WHERE id = 2",
                "UPDATE orders SET status = 'paid', amount = 1 WHERE id = 3",
                "UPDATE orders SET customer = 'somebody else' WHERE id = 4",
                "DELETE FROM orders WHERE id = 5",
                "INSERT INTO notes VALUES ('2026-01-02Z', 'one more')");
        Invocation behind = Invocation.of("verify", "--attempts", "1", file.toString());
        assertThat(behind.exitCode()).isEqualTo(3);
        assertThat(behind.out())
                .contains(
                        "4 undecided; the lake is at ",
                        "'sluice run --until-caught-up' brings it level",
                        "id=2: only in the lake",
                        "id=3: missing in the lake",
                        "id=4: different in customer",
                        "id=5: only in the lake",
                        "UNDECIDED: 2 of 3 tables")
                .doesNotContain("somebody else");

        assertThat(Invocation.of("run", "--plain", "--until-caught-up", file.toString())
                        .exitCode())
                .isZero();
        assertThat(Invocation.of("verify", "--attempts", "1", file.toString()).exitCode())
                .isZero();
        try (LakeReader lake = LakeReader.open(catalog(), directory.resolve("warehouse"))) {
            new SourceLakeChecker(database).assertSame(FILTERED, lake.table(new TableId("shop", "orders")));
            new SourceLakeChecker(database).assertSame("SELECT * FROM notes", lake.table("shop.notes"));
        }
        assertThat(database.queryLong("SELECT count(*) FROM pg_replication_slots WHERE temporary"))
                .isZero();
    }

    @Test
    void a_run_until_caught_up_ends_with_1_when_a_table_is_stopped_and_says_which(TestDatabase database)
            throws IOException {
        Path file = pipeline(database, "amount * 100 AS cents");
        assertThat(Invocation.of("run", "--plain", "--until-caught-up", file.toString())
                        .exitCode())
                .isZero();
        database.execute("ALTER TABLE notes ADD COLUMN author text", "INSERT INTO nothing VALUES (1)");

        for (int i = 0; i < 2; i++) {
            Invocation left = Invocation.of("run", "--plain", "--until-caught-up", file.toString());

            assertThat(left.exitCode()).isEqualTo(1);
            assertThat(left.out()).contains("not caught up  public.notes is stopped: ", "author");
        }
        Invocation verified = Invocation.of("verify", "--attempts", "1", file.toString());
        assertThat(verified.out()).contains("public.nothing → shop.nothing  1 rows  ok");
    }

    @Test
    void a_plan_shows_tables_columns_and_what_is_wrong(TestDatabase database) throws IOException {
        Invocation good = Invocation.of(
                "plan", pipeline(database, "amount * 100 AS cents").toString());

        assertThat(good.exitCode()).isZero();
        assertThat(good.out())
                .contains(
                        "public.orders → shop.orders",
                        "key id",
                        "filter: status <> 'draft'",
                        "in the lake: not there yet",
                        "cents",
                        "computed",
                        "left out: secret",
                        "no key: rows are told apart by all their values",
                        "This pipeline can run: 3 tables")
                .containsPattern("amount +numeric\\(12,2\\) +decimal\\(12, 2\\)");
        assertThat(directory.resolve("warehouse")).doesNotExist();
        assertThat(database.queryLong("SELECT count(*) FROM pg_publication")).isZero();

        Invocation bad = Invocation.of(
                "plan", pipeline(database, "amuont * 100 AS cents").toString());

        assertThat(bad.exitCode()).isEqualTo(1);
        assertThat(bad.out()).contains("error: ", "public.orders", "amuont", "This pipeline cannot run: 1 error");
    }

    @Test
    void a_pipeline_that_is_refused_ends_with_1_its_reason_and_a_hint(TestDatabase database) throws IOException {
        Invocation refused = Invocation.of(
                "run", "--plain", pipeline(database, "amuont * 100 AS cents").toString());

        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.out()).contains("failed  ", "amuont", "hint: ");
    }

    private String catalog() {
        return "jdbc:sqlite:" + directory.resolve("warehouse/catalog.db");
    }

    private Path pipeline(TestDatabase database, String computed) throws IOException {
        return Files.writeString(directory.resolve("shop.yaml"), """
                pipeline:
                  name: shop
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
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: "%s"
                    warehouse: "%s"
                transform:
                  - source-table: public.orders
                    projection: "id, customer, status, amount, %s"
                    filter: "status <> 'draft'"
                """.formatted(
                        directory.resolve("state"),
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        catalog(),
                        directory.resolve("warehouse"),
                        computed));
    }
}
