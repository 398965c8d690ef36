package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A value without a place in the lake is refused with its table and column, never changed, and never skipped. */
class ValueRefusalsIT {

    private static final String MARK = "4711";

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2), placed timestamp, n int, d date)",
                "INSERT INTO orders SELECT i, i, '2026-01-01', i, '2026-01-01' FROM generate_series(1, 100) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, 'client ' || i FROM generate_series(1, 100) i");
        rig = new Rig(database, directory, "orders", "clients");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @ParameterizedTest
    @CsvSource({"amount, 'NaN'", "placed, infinity", "placed, -infinity", "d, infinity"})
    void aValueWithoutAPlaceStopsTheSnapshotUntilItIsCorrected(String column, String value)
            throws InterruptedException {
        rig.tables("orders");
        database.execute("UPDATE orders SET " + column + " = '" + value + "' WHERE id = 50");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.DATA_REFUSED);
        assertThat(failure.message()).contains("'" + column + "'", "public.orders", "Correct the rows at the source");
        rig.assertNothingPublished();

        database.execute("UPDATE orders SET " + column + " = NULL WHERE id = 50");
        rig.catchUpAndCompare();
        assertThat(rig.slots()).containsExactly(rig.slotName());
    }

    @ParameterizedTest
    @CsvSource({"amount, 'NaN'", "placed, infinity"})
    void aValueWithoutAPlaceInTheStreamStopsItsTableUntilThatIsReadAgain(String column, String value)
            throws InterruptedException {
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("orders");
        database.inTransaction(
                "INSERT INTO clients VALUES (1000, 'same transaction')",
                "INSERT INTO orders (id, " + column + ") VALUES (" + MARK + ", '" + value + "')");
        rig.catchUp();
        assertThat(stopped("public.orders"))
                .contains("'" + column + "'", "public.orders", "at position 0/", "snapshot the table again")
                .doesNotContain(MARK);
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);
        rig.assertLake("clients", "SELECT * FROM clients");

        database.execute("UPDATE orders SET " + column + " = NULL WHERE id = " + MARK);
        rig.dropLakeTable("orders");
        rig.catchUpAndCompare();
    }

    @Test
    void aDivisionByZeroInTheStreamStopsItsTableUntilTheExpressionIsGuarded() throws InterruptedException {
        rig.transform("orders", "projection: \"id, 1000 / n AS share\"");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, 1000 / n AS share FROM orders");
        long cut = rig.publishedCut("orders");
        database.inTransaction(
                "INSERT INTO clients VALUES (1000, 'same transaction')",
                "INSERT INTO orders (id, n) VALUES (" + MARK + ", 0)");
        rig.catchUp();
        assertThat(stopped("public.orders"))
                .contains("public.orders", "'share'", "division by zero", "NULLIF")
                .doesNotContain(MARK);
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);
        rig.assertLake("clients", "SELECT * FROM clients");

        rig.transform("orders", "projection: \"id, 1000 / NULLIF(n, 0) AS share\"");
        rig.dropLakeTable("orders");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, 1000 / NULLIF(n, 0) AS share FROM orders");
        rig.assertLake("clients", "SELECT * FROM clients");
    }

    private String stopped(String table) {
        return rig.events(PipelineEvent.TableStopped.class).stream()
                .filter(event -> event.source().equals(table))
                .findFirst()
                .orElseThrow()
                .reason();
    }
}
