package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.cli.Commands;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.verify.TableResult.Verdict;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(PostgresExtension.class)
class RepairIT {

    @TempDir
    Path directory;

    private VerifyRig rig;

    @BeforeEach
    void twoTables(TestDatabase database) {
        database.execute(
                "CREATE TABLE orders (id bigint, region text, status text NOT NULL, amount numeric(12,2),"
                        + " PRIMARY KEY (region, id))",
                "CREATE TABLE items (id int PRIMARY KEY, name text)",
                "INSERT INTO orders SELECT i, 'r' || i % 3, (ARRAY['draft', 'open', 'paid'])[1 + i % 3], i / 3.0"
                        + " FROM generate_series(1, 2000) i",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 100) i");
        rig = new VerifyRig(database, directory, "public.orders, public.items", """
                transform:
                  - source-table: public.orders
                    projection: "*, amount * 100 AS cents"
                    filter: "status <> 'draft'"
                """);
    }

    @Test
    void what_others_wrote_is_undone_by_going_back_to_the_snapshot_that_was_left() throws InterruptedException {
        rig.catchUp();
        Optional<Long> left = rig.snapshotId("orders");
        rig.rewriteLake("orders", VerifyRig.Marks.AS_THEY_ARE, VerifyIT::spoil);
        assertThat(rig.snapshotId("orders")).isNotEqualTo(left);

        Commands.Result repaired = Commands.run("verify", "--repair", rig.file().toString());

        assertThat(repaired.out()).contains("ok: ");
        assertThat(repaired.exitCode()).isZero();
        assertThat(rig.snapshotId("orders")).isEqualTo(left);
        assertEqual();
        rig.catchUp();
        assertEqual();
    }

    @Test
    void rows_that_a_defect_left_wrong_are_read_again_in_one_cut_and_no_others(TestDatabase database)
            throws InterruptedException {
        rig.catchUp();
        rig.rewriteLake("orders", VerifyRig.Marks.FORGED, rows -> {
            VerifyIT.spoil(rows);
            // Twice, so that the key index knows of one of them only.
            rows.add(rows.get(rows.size() - 1).copy());
            rows.add(rows.get(10).copy());
        });
        Optional<Long> items = rig.snapshotId("items");
        long cut = rig.cut("orders");

        Commands.Result found = Commands.run("verify", rig.file().toString());
        assertThat(found.exitCode()).isEqualTo(1);
        assertThat(found.out()).contains("region='r1', id=1: different in amount", "DIFFERENT: 1 of 2 tables");

        Commands.Result repaired = Commands.run("verify", "--repair", rig.file().toString());

        assertThat(repaired.err()).contains("4 rows were read again and published in cut " + (cut + 1));
        assertThat(repaired.out()).contains("ok: ");
        assertThat(repaired.exitCode()).isZero();
        assertEqual();
        // The changed one, the missing one and the doubled one; the one that the source does not have is only deleted.
        assertThat(rig.summary("orders", "added-records")).isEqualTo("3");
        assertThat(rig.cut("orders")).isEqualTo(cut + 1);
        assertThat(rig.snapshotId("items")).isEqualTo(items);

        database.execute("UPDATE orders SET amount = 5 WHERE id < 10", "DELETE FROM orders WHERE id = 1");
        rig.catchUp();
        assertEqual();
    }

    @Test
    void a_pipeline_that_runs_is_repaired_between_its_own_cuts_while_its_source_is_written_to(TestDatabase database)
            throws InterruptedException {
        rig.catchUp();
        rig.rewriteLake("orders", VerifyRig.Marks.FORGED, VerifyIT::spoil);
        try (Pipeline pipeline = rig.running()) {
            Commands.Result elsewhere =
                    Commands.run("verify", "--repair", rig.file().toString());
            assertThat(elsewhere.exitCode()).isEqualTo(1);
            assertThat(elsewhere.err())
                    .contains("runs in another process", "POST /api/v1/pipelines/shop/verify?repair=true");
            assertThat(pipeline.status().state()).isEqualTo(PipelineState.RUNNING);

            Thread writer = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    database.inTransaction(
                            "UPDATE orders SET amount = amount + 1 WHERE region = 'r1' AND id = "
                                    + (100 + 3 * (i % 50)),
                            "INSERT INTO items VALUES (" + (1000 + i) + ", 'more')");
                }
            });
            writer.start();
            List<String> steps = new ArrayList<>();
            VerificationReport report = new PipelineVerification(rig.assembly(), pipeline)
                    .run(Verifications.Mode.REPAIR, step -> steps.add(step.text()));
            writer.join();

            assertThat(report.verdict()).as("%s", report).isNotEqualTo(Verdict.DIFFERENT);
            assertThat(steps).anyMatch(step -> step.contains("rows were read again and published in cut"));
            rig.awaitPublished(pipeline);
            assertThat(rig.verify(1).verdict()).isEqualTo(Verdict.SAME);
        }
        assertEqual();
    }

    private void assertEqual() {
        rig.assertLake("orders", "SELECT *, amount * 100 AS cents FROM orders WHERE status <> 'draft'");
        rig.assertLake("items", "SELECT * FROM items");
    }
}
