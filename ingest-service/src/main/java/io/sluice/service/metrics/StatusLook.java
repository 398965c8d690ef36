package io.sluice.service.metrics;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Pipelines' statuses as of a moment ago: a scrape asks for hundreds of figures of one pipeline, and each status is made of
 * all its tables. Thread-safe.
 */
final class StatusLook {

    private record Seen(Pipeline pipeline, long at, PipelineStatus status, Map<String, TableStatus> tables) {}

    private final PipelineRegistry pipelines;
    private final LongSupplier nanoTime;
    private final long freshNanos;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    StatusLook(PipelineRegistry pipelines, LongSupplier nanoTime, Duration fresh) {
        this.pipelines = pipelines;
        this.nanoTime = nanoTime;
        this.freshNanos = fresh.toNanos();
    }

    /** By name, for a replaced definition puts another object in the old one's place. */
    Optional<PipelineStatus> pipeline(String name) {
        return look(name).map(Seen::status);
    }

    /** A table by its name at the source. */
    Optional<TableStatus> table(String pipeline, String source) {
        return look(pipeline).map(found -> found.tables.get(source));
    }

    void forget(String name) {
        seen.remove(name);
    }

    private Optional<Seen> look(String name) {
        Optional<Pipeline> present = pipelines.find(name);
        if (present.isEmpty()) {
            return Optional.empty();
        }
        long now = nanoTime.getAsLong();
        Seen last = seen.get(name);
        if (last != null && last.pipeline == present.get() && now - last.at < freshNanos) {
            return Optional.of(last);
        }
        PipelineStatus status = present.get().status();
        Map<String, TableStatus> tables = new ConcurrentHashMap<>();
        status.tables().forEach(table -> tables.put(table.source(), table));
        Seen fresh = new Seen(present.get(), now, status, tables);
        seen.put(name, fresh);
        return Optional.of(fresh);
    }
}
