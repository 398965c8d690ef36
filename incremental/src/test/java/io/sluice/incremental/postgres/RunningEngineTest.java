package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.debezium.engine.DebeziumEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RunningEngineTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void an_engine_that_starts_its_task_is_told_to_stop_until_it_does() {
        Starting engine = new Starting(5);
        RunningEngine running = RunningEngine.start(engine, "engine that starts");

        running.end(LIMIT);

        assertThat(running.isAlive()).isFalse();
        assertThat(engine.refusals).hasValue(0);
    }

    @Test
    void an_engine_that_never_stops_is_left_after_the_limit() {
        Starting engine = new Starting(Integer.MAX_VALUE);
        RunningEngine running = RunningEngine.start(engine, "engine that never stops");

        running.end(Duration.ofMillis(100));

        assertThat(running.isAlive()).isTrue();
        engine.stopped.countDown();
        running.end(LIMIT);
        assertThat(running.isAlive()).isFalse();
    }

    @Test
    void an_interrupt_is_kept_and_the_engine_told_all_the_same() {
        Starting engine = new Starting(5);
        RunningEngine running = RunningEngine.start(engine, "engine that is waited for");

        Thread.currentThread().interrupt();
        running.end(LIMIT);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(engine.stopped.getCount()).isZero();
    }

    /** Refuses to stop as Debezium's engine does while it starts its task. */
    private static final class Starting implements DebeziumEngine<Object> {

        private final AtomicInteger refusals;
        private final CountDownLatch stopped = new CountDownLatch(1);

        Starting(int refusals) {
            this.refusals = new AtomicInteger(refusals);
        }

        @Override
        public void run() {
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            if (refusals.get() > 0) {
                refusals.decrementAndGet();
                throw new IllegalStateException("Cannot stop engine while tasks are starting");
            }
            stopped.countDown();
        }
    }
}
