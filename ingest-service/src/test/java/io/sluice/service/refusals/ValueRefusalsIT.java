package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
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
    void aValueWithoutAPlaceStopsTheStreamUntilItsTableIsReadAgain(String column, String value)
            throws InterruptedException {
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("clients");
        database.inTransaction(
                "INSERT INTO clients VALUES (1000, 'same transaction')",
                "INSERT INTO orders (id, " + column + ") VALUES (" + MARK + ", '" + value + "')");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.DATA_REFUSED);
        assertThat(failure.message())
                .contains("'" + column + "'", "public.orders", "at position 0/", "snapshot the table again")
                .doesNotContain(MARK);
        assertThat(rig.publishedCut("clients")).isEqualTo(cut);
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);

        // The log keeps what was once written, so correcting the row is not enough ...
        database.execute("UPDATE orders SET " + column + " = NULL WHERE id = " + MARK);
        rig.fails(ErrorKind.DATA_REFUSED);
        assertThat(rig.publishedCut("clients")).isEqualTo(cut);

        // ... and reading the table again is.
        rig.dropLakeTable("orders");
        rig.catchUpAndCompare();
    }

    @Test
    void aDivisionByZeroInTheStreamStopsItUntilTheExpressionIsGuarded() throws InterruptedException {
        rig.transform("orders", "projection: \"id, 1000 / n AS share\"");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, 1000 / n AS share FROM orders");
        long cut = rig.publishedCut("orders");
        database.inTransaction(
                "INSERT INTO clients VALUES (1000, 'same transaction')",
                "INSERT INTO orders (id, n) VALUES (" + MARK + ", 0)");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.DATA_REFUSED);
        assertThat(failure.message())
                .contains("public.orders", "'share'", "division by zero", "NULLIF")
                .doesNotContain(MARK);
        assertThat(rig.publishedCut("clients")).isEqualTo(cut);
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);

        // Rows that are there were made by the old expression.
        rig.transform("orders", "projection: \"id, 1000 / NULLIF(n, 0) AS share\"");
        rig.catchUp();
        rig.assertLake("clients", "SELECT * FROM clients");
        rig.dropLakeTable("orders");
        rig.catchUp();
        rig.assertLake("orders", "SELECT id, 1000 / NULLIF(n, 0) AS share FROM orders");
    }
}
