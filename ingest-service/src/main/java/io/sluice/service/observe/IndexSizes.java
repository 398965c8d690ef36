package io.sluice.service.observe;

import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** How large key indexes are on disk; looked at no more often than twice a minute. Thread-safe. */
final class IndexSizes {

    private static final long FRESH_NANOS = Duration.ofSeconds(30).toNanos();

    private record Seen(long bytes, long at) {}

    private final LongSupplier nanoTime;
    private final Map<TableId, Seen> seen = new ConcurrentHashMap<>();
    private volatile Optional<Function<TableId, Path>> directories = Optional.empty();

    IndexSizes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void at(Function<TableId, Path> newDirectories) {
        directories = Optional.of(newDirectories);
        seen.clear();
    }

    long bytes(TableId sink) {
        Optional<Path> directory = directories.map(all -> all.apply(sink));
        if (directory.isEmpty()) {
            return 0;
        }
        return seen.compute(sink, (table, old) -> {
                    long now = nanoTime.getAsLong();
                    return old != null && now - old.at < FRESH_NANOS ? old : new Seen(size(directory.get()), now);
                })
                .bytes();
    }

    /** Files come and go while they are counted. */
    private static long size(Path directory) {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(IndexSizes::fileSize).sum();
        } catch (IOException | UncheckedIOException e) {
            return 0;
        }
    }

    private static long fileSize(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            return 0;
        }
    }
}
