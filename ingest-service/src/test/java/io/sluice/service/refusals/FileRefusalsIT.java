package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.ConfigException;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A file that does not fit its source is refused with the column and the reason before anything is made. */
class FileRefusalsIT {

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, amount numeric(10,2), note text, placed timestamp)",
                "INSERT INTO orders SELECT i, i, 'note ' || i, now() FROM generate_series(1, 50) i",
                "CREATE TABLE clients (id int PRIMARY KEY, amount numeric(10,2), note text, placed timestamp)",
                "INSERT INTO clients SELECT i, i, 'client ' || i, now() FROM generate_series(1, 20) i");
        rig = new Rig(database, directory, "orders");
    }

    @AfterEach
    void drop() {
        database.close();
    }

    static Stream<Arguments> badRules() {
        return Stream.of(
                rule(
                        "projection: \"id, note * 2 AS twice\"",
                        "projection, line 1, column 5",
                        "'*' needs two numbers",
                        "CAST"),
                rule(
                        "projection: \"id, amount || note AS mixed\"",
                        "projection, line 1, column 5",
                        "'||' needs STRING"),
                rule("projection: \"id, UPPERCASE(note) AS loud\"", "UPPERCASE"),
                rule("projection: \"id, amonut\"", "amonut", "amount"),
                rule("filter: \"amonut > 5\"", "amonut", "amount", "filter"),
                rule("filter: \"amount + 5\"", "a filter needs BOOLEAN", "got DECIMAL(11,2)"),
                rule("projection: \"amount, note\"", "key column 'id' is missing"));
    }

    static Stream<Arguments> badPartitionKeys() {
        return Stream.of(
                rule("projection: \"id, amount\"\n    partition-keys: day(placed)", "no column 'placed'", "id, amount"),
                rule("partition-keys: day(plaecd)", "no column 'plaecd'", "id, amount, note, placed"),
                rule("partition-keys: day(note)", "'day(note)'", "'note' is string", "needs a date or timestamp"));
    }

    private static Arguments rule(String rule, String... words) {
        return Arguments.of(rule, words);
    }

    @ParameterizedTest
    @MethodSource("badRules")
    void aRuleThatDoesNotFitTheTableIsRefusedWithTheColumnAndTheReason(String rule, String[] words)
            throws InterruptedException {
        rig.transform("orders", rule);
        PipelineStatus.Failure failure = rig.fails(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("orders").contains(words);
        rig.assertNothingAtTheSource();
        rig.assertNoTables();
    }

    @ParameterizedTest
    @MethodSource("badPartitionKeys")
    void aPartitionKeyThatTheLakeTableCannotHaveIsRefused(String rule, String[] words) throws InterruptedException {
        rig.transform("orders", rule);
        PipelineStatus.Failure failure = rig.fails(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("Partition key", "lake.orders").contains(words);
        assertThat(failure.hint()).contains("Correct the pipeline's file");
        rig.assertNothingAtTheSource();
        rig.assertNoTables();
    }

    @Test
    void allThatIsWrongIsToldAtOnceAndTheMendedFileRuns() throws InterruptedException {
        rig.tables("orders", "clients")
                .transform("orders", "filter: \"amonut > 5\"")
                .transform("clients", "projection: \"note\"");
        PipelineStatus.Failure failure = rig.fails(ErrorKind.CONFIGURATION);
        assertThat(failure.message()).contains("public.orders", "amonut", "public.clients", "'id'");
        rig.assertNothingAtTheSource();

        rig.transform("orders", "filter: \"amount > 5\"").transform("clients", "projection: \"id, note\"");
        rig.catchUp();
        rig.assertLake("orders", "SELECT * FROM orders WHERE amount > 5");
        rig.assertLake("clients", "SELECT id, note FROM clients");
    }

    @Test
    void aLakeTableOfAnotherPipelineIsRefusedAndLeftAlone() throws InterruptedException {
        rig.catchUpAndCompare();
        long cut = rig.publishedCut("orders");
        Rig second = new Rig(database, directory, "clients").named("other").route("clients", "lake.orders");
        PipelineStatus.Failure failure = second.fails(ErrorKind.LAKE_CONFLICT);
        assertThat(failure.message())
                .contains("lake.orders", "belongs to pipeline 'shop'", "expected 'other'", "another sink table");
        assertThat(second.slots()).containsExactly(rig.slotName());
        assertThat(rig.publishedCut("orders")).isEqualTo(cut);

        database.execute("INSERT INTO orders VALUES (1000, 1, 'later', now())");
        second.route("clients", "lake.clients").catchUpAndCompare();
        rig.catchUpAndCompare();
    }

    @Test
    void twoTablesOnOneLakeTableAreRefused() {
        rig.tables("orders", "clients").route("orders", "lake.all").route("clients", "lake.all");
        assertThatThrownBy(rig::pipeline)
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll("public.orders", "public.clients", "lake.all", "a sink-table of its own");
        rig.assertNothingAtTheSource();
    }
}
