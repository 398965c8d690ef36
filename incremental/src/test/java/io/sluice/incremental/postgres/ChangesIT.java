package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every kind of change becomes the rows that its contract names. */
@ExtendWith(PostgresExtension.class)
class ChangesIT {

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
}
