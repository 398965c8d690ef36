package io.sluice.benchmarks;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's own initial snapshot through its embedded engine with default settings; the events are counted. */
public final class DebeziumSnapshot {

    private DebeziumSnapshot() {}

    /**
     * Reads a table.
     *
     * @param arguments host, port, database, user, password, table, a number of threads that is not used, number of rows
     *     to expect
     */
    public static void main(String[] arguments) throws Exception {
        Properties properties = new Properties();
        properties.setProperty("name", "bench");
        properties.setProperty("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        properties.setProperty("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore");
        properties.setProperty("topic.prefix", "bench");
        properties.setProperty("database.hostname", arguments[0]);
        properties.setProperty("database.port", arguments[1]);
        properties.setProperty("database.dbname", arguments[2]);
        properties.setProperty("database.user", arguments[3]);
        properties.setProperty("database.password", arguments[4]);
        properties.setProperty("table.include.list", "public." + arguments[5]);
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", "debezium_bench");
        properties.setProperty("publication.name", "debezium_bench");
        properties.setProperty("publication.autocreate.mode", "filtered");
        properties.setProperty("snapshot.mode", "initial_only");
        // One thread, as it comes: with more it splits the table and reads each part into memory whole.
        properties.setProperty("errors.max.retries", "0");
        long expected = Long.parseLong(arguments[7]);

        CountDownLatch done = new CountDownLatch(1);
        Counter counter = new Counter(expected, done);
        DebeziumEngine<RecordChangeEvent<SourceRecord>> engine = DebeziumEngine.create(
                        ChangeEventFormat.of(Connect.class))
                .using(properties)
                .using((boolean success, @Nullable String message, @Nullable Throwable error) -> {
                    if (error != null) {
                        error.printStackTrace();
                    }
                    done.countDown();
                })
                .notifying(counter)
                .build();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.execute(engine);
        done.await();
        System.out.println(JavaContender.ROWS + counter.rows);
        // What Debezium does to shut down is not part of a snapshot.
        Runtime.getRuntime().halt(counter.rows == expected ? 0 : 1);
    }

    private static final class Counter implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {

        private final long expected;
        private final CountDownLatch done;
        private volatile long rows;

        Counter(long expected, CountDownLatch done) {
            this.expected = expected;
            this.done = done;
        }

        @Override
        public void handleBatch(
                List<RecordChangeEvent<SourceRecord>> events,
                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
                throws InterruptedException {
            long read = rows + events.size();
            rows = read;
            committer.markBatchFinished();
            if (read >= expected) {
                done.countDown();
            }
        }
    }
}
