package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.StreamStart;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A table whose shape changes is stopped, whole transactions at a time; others go on. */
@ExtendWith(PostgresExtension.class)
class SchemaChangesIT {

    private static final TableId A = new TableId("public", "a");

    private TestDatabase database;

    @BeforeEach
    void tables(TestDatabase fresh) {
        database = fresh;
        database.execute(
                "CREATE TABLE a (id int PRIMARY KEY, n int, code varchar(10))", "CREATE TABLE b (id int PRIMARY KEY)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "ALTER TABLE a ADD extra text; column 'extra' text is new",
                "ALTER TABLE a DROP n; column 'n' integer is gone",
                "ALTER TABLE a RENAME n TO m; column 'm' integer is new",
                "ALTER TABLE a ALTER n TYPE bigint; expected type integer, found bigint",
                "ALTER TABLE a ALTER code TYPE varchar(5); expected type character varying(10), found character varying(5)",
                "ALTER TABLE a REPLICA IDENTITY FULL, DROP CONSTRAINT a_pkey, ADD PRIMARY KEY (n); ",
                "ALTER TABLE a DROP CONSTRAINT a_pkey, ADD PRIMARY KEY (n); identifies rows by [n], expected [id]"
            })
    void aChangedShapeStopsTheTableFromItsTransactionOn(String change, String reason) {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b")) {
            stream.start(stream.schema("public.a"), stream.schema("public.b"));
            database.execute("INSERT INTO a (id, n) VALUES (1, 1)");
            database.inTransaction(
                    "INSERT INTO a (id, n) VALUES (2, 2)",
                    "INSERT INTO b VALUES (2)",
                    change,
                    "INSERT INTO a (id) VALUES (3)"
                            .replace(
                                    "(id) VALUES (3)",
                                    change.contains("PRIMARY KEY (n)") ? "(id, n) VALUES (3, 3)" : "(id) VALUES (3)"));
            database.execute("INSERT INTO b VALUES (4)");
            stream.catchUp();
            assertThat(stream.rows("public.b")).containsExactly("INSERT 2", "INSERT 4");
            if (reason == null) {
                assertThat(stream.stopped()).isEmpty();
                assertThat(stream.rows("public.a")).hasSize(3);
            } else {
                assertThat(stream.stopped()).containsOnlyKeys(A);
                assertThat(stream.stopped().get(A)).contains(reason).contains("public.a");
                assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1|-");
            }
        }
    }

    @Test
    void aWiderTextOrAConstraintDoesNotStopTheTable() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a")) {
            stream.start(stream.schema("public.a"));
            database.execute(
                    "INSERT INTO a VALUES (1, 1, 'x')",
                    "ALTER TABLE a ALTER code TYPE varchar(20), ALTER n SET DEFAULT 7, ALTER n SET NOT NULL",
                    "INSERT INTO a (id, code) VALUES (2, 'a code that is long')");
            stream.catchUp();
            assertThat(stream.stopped()).isEmpty();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1|1|x", "INSERT 2|7|a code that is long");
        }
    }

    @Test
    void aTableThatWasReadAfterAChangeOfItsShapeIsNotStoppedByWhatCameBefore() {
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b")) {
            Position begin = stream.confirmedFlush();
            database.execute("INSERT INTO a VALUES (1, 1, 'x')", "INSERT INTO b VALUES (1)");
            stream.startAt(begin, stream.schema("public.a"), stream.schema("public.b"))
                    .catchUp();
            Position ahead = stream.lastBoundary().orElseThrow();
            database.execute("INSERT INTO b VALUES (2)", "ALTER TABLE a ADD extra text");
            TableSchema later = stream.schema("public.a");
            database.execute("INSERT INTO a VALUES (2, 2, 'y', 'z')");
            stream.start(new StreamStart(
                    List.of(later, stream.schema("public.b")), begin, Map.of(A, ahead), Optional.empty()));
            stream.catchUp();
            assertThat(stream.stopped()).isEmpty();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 2|2|y|z");
            assertThat(stream.rows("public.b")).containsExactly("INSERT 1", "INSERT 2");
        }
    }
}
