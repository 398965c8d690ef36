package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every kind of change becomes the rows that its contract names. */
@ExtendWith(PostgresExtension.class)
class ChangesIT {

    private static final String LARGE = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i)";

    @Test
    void insertsUpdatesAndDeletesArriveInOrder(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text)");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "INSERT INTO t VALUES (1, 'a'), (2, NULL)",
                    "UPDATE t SET name = 'b' WHERE id = 1",
                    "DELETE FROM t WHERE id = 2");
            stream.catchUp();
            assertThat(stream.rows("public.t")).containsExactly("INSERT 1|a", "INSERT 2|-", "UPDATE 1|b", "DELETE 2|-");
        }
    }

    @Test
    void aChangeOfKeyIsTwoAdjacentRowsInWhichUnchangedLargeValuesStayUnavailable(TestDatabase database) {
        database.execute("CREATE TABLE t (a int, b text, big text, PRIMARY KEY (a, b))");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "INSERT INTO t VALUES (1, 'x', " + LARGE + ")",
                    "UPDATE t SET a = 2",
                    "UPDATE t SET b = 'y', big = 'small'");
            stream.catchUp();
            assertThat(stream.rows("public.t"))
                    .hasSize(5)
                    .endsWith("MOVE_OUT 1|x|-", "MOVE_IN 2|x|?", "MOVE_OUT 2|x|-", "MOVE_IN 2|y|small");
        }
    }

    @Test
    void aLargeValueThatAnUpdateDoesNotChangeIsUnavailable(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, n int, big text, bytes bytea)");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "INSERT INTO t VALUES (1, 1, " + LARGE + ", convert_to(" + LARGE + ", 'UTF8'))",
                    "UPDATE t SET n = 2",
                    "UPDATE t SET big = NULL");
            stream.catchUp();
            assertThat(stream.rows("public.t")).hasSize(3).endsWith("UPDATE 1|2|?|?", "UPDATE 1|2|-|?");
        }
    }

    @Test
    void aWholeOldRowFillsWhatAnUpdateLeavesOut(TestDatabase database) {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, n int, big text)", "ALTER TABLE t REPLICA IDENTITY FULL");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            String large = database.queryString("SELECT " + LARGE);
            database.execute(
                    "INSERT INTO t VALUES (1, 1, '" + large + "')",
                    "UPDATE t SET n = 2",
                    "UPDATE t SET id = 5",
                    "DELETE FROM t");
            stream.catchUp();
            assertThat(stream.rows("public.t"))
                    .containsExactly(
                            "INSERT 1|1|" + large,
                            "UPDATE 1|2|" + large,
                            "MOVE_OUT 1|-|-",
                            "MOVE_IN 5|2|" + large,
                            "DELETE 5|-|-");
        }
    }

    @Test
    void aLargeKeyThatDoesNotChangeIsAnUpdateWithItsKey(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (k text, n int)",
                "CREATE UNIQUE INDEX k ON t (k)",
                "ALTER TABLE t ALTER k SET NOT NULL",
                "ALTER TABLE t ALTER k SET STORAGE EXTERNAL",
                "ALTER TABLE t REPLICA IDENTITY USING INDEX k");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            String key = "k".repeat(2200);
            database.execute("INSERT INTO t VALUES ('" + key + "', 1)", "UPDATE t SET n = 2", "UPDATE t SET k = 'z'");
            stream.catchUp();
            assertThat(stream.rows("public.t"))
                    .containsExactly(
                            "INSERT " + key + "|1", "UPDATE " + key + "|2", "MOVE_OUT " + key + "|-", "MOVE_IN z|2");
        }
    }

    @Test
    void aTableWithoutKeyGivesDeletesAndInsertsOfWholeRows(TestDatabase database) {
        database.execute("CREATE TABLE t (n int, name text)", "ALTER TABLE t REPLICA IDENTITY FULL");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "INSERT INTO t VALUES (1, 'a'), (1, 'a'), (2, NULL)",
                    "UPDATE t SET name = 'b' WHERE n = 2",
                    "DELETE FROM t WHERE n = 1");
            stream.catchUp();
            assertThat(stream.rows("public.t"))
                    .containsExactly(
                            "INSERT 1|a",
                            "INSERT 1|a",
                            "INSERT 2|-",
                            "DELETE 2|-",
                            "INSERT 2|b",
                            "DELETE 1|a",
                            "DELETE 1|a");
        }
    }

    @Test
    void theIndexThatIdentifiesRowsIsTheKey(TestDatabase database) {
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL UNIQUE, n int)",
                "ALTER TABLE t REPLICA IDENTITY USING INDEX t_code_key");
        try (TestStream stream = TestStream.create(database, "FOR TABLE t")) {
            stream.start(stream.schema("public.t"));
            database.execute(
                    "INSERT INTO t VALUES (1, 'a', 1)",
                    "UPDATE t SET id = 2",
                    "UPDATE t SET code = 'b'",
                    "DELETE FROM t");
            stream.catchUp();
            assertThat(stream.rows("public.t"))
                    .containsExactly("INSERT 1|a|1", "UPDATE 2|a|1", "MOVE_OUT -|a|-", "MOVE_IN 2|b|1", "DELETE -|b|-");
        }
    }

    @Test
    void aTruncateOfSeveralTablesStandsInEachBetweenItsChanges(TestDatabase database) {
        database.execute(
                "CREATE TABLE a (id int PRIMARY KEY)",
                "CREATE TABLE b (id int PRIMARY KEY)",
                "CREATE TABLE c (id int PRIMARY KEY)");
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b, c")) {
            stream.start(stream.schema("public.a"), stream.schema("public.b"));
            database.inTransaction("INSERT INTO a VALUES (1)", "TRUNCATE a, b, c", "INSERT INTO a VALUES (2)");
            stream.catchUp();
            assertThat(stream.rows("public.a")).containsExactly("INSERT 1", "TRUNCATE -", "INSERT 2");
            assertThat(stream.rows("public.b")).containsExactly("TRUNCATE -");
            assertThat(stream.rows("public.c")).isEmpty();
        }
    }

    @Test
    void changesOfPartitionsArriveUnderTheRootsName(TestDatabase database) {
        database.execute(
                "CREATE TABLE p (id int, r int, PRIMARY KEY (id, r)) PARTITION BY RANGE (r)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
                // Another order of columns than the root's.
                "CREATE TABLE p2 (r int NOT NULL, gone int, id int NOT NULL, PRIMARY KEY (id, r))",
                "ALTER TABLE p2 DROP gone",
                "ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20)");
        try (TestStream stream = TestStream.create(database, "FOR TABLE p WITH (publish_via_partition_root = true)")) {
            stream.start(stream.schema("public.p"));
            database.execute(
                    "INSERT INTO p VALUES (1, 1), (2, 12)",
                    "UPDATE p SET r = 15 WHERE id = 1",
                    "DELETE FROM p WHERE id = 2",
                    "TRUNCATE p");
            stream.catchUp();
            // Postgres moves a row between partitions as a delete and an insert.
            assertThat(stream.rows("public.p"))
                    .containsExactly(
                            "INSERT 1|1", "INSERT 2|12", "DELETE 1|1", "INSERT 1|15", "DELETE 2|12", "TRUNCATE -|-");
        }
    }

    @Test
    void namesAreTakenExactlyAsTheyAreSpelt(TestDatabase database) {
        database.execute(
                "CREATE SCHEMA \"Odd \"\"S\"\"\"",
                "CREATE TABLE \"Odd \"\"S\"\"\".\"Täble x\" (\"Id\" int PRIMARY KEY, id text, \"a \"\"b\" int)");
        try (TestStream stream = TestStream.create(database, "FOR ALL TABLES")) {
            stream.start(stream.schema("Odd \"S\".Täble x"));
            database.execute("INSERT INTO \"Odd \"\"S\"\"\".\"Täble x\" VALUES (1, 'ä€😀', 3)");
            stream.catchUp();
            assertThat(stream.rows("Odd \"S\".Täble x")).containsExactly("INSERT 1|ä€😀|3");
        }
    }

    @Test
    void tablesThatWereNotAskedForAreLeftOut(TestDatabase database) {
        database.execute("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY)");
        try (TestStream stream = TestStream.create(database, "FOR TABLE a, b")) {
            stream.start(stream.schema("public.b"));
            database.inTransaction("INSERT INTO a VALUES (1)", "INSERT INTO b VALUES (2)", "INSERT INTO a VALUES (3)");
            stream.catchUp();
            assertThat(stream.rows("public.a")).isEmpty();
            assertThat(stream.rows("public.b")).containsExactly("INSERT 2");
        }
    }
}
