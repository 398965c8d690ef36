package io.sluice.service.observe;

import io.sluice.pipeline.schema.TableId;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** What one pipeline has moved since the process began, and what it holds now. Thread-safe; counts only rise. */
public final class Figures {

    /** On which way rows come. */
    public enum Way {
        /** From a table as a whole. */
        SNAPSHOT,
        /** From the source's log. */
        STREAM
    }

    /**
     * Rows and bytes of one table on one way.
     *
     * @param rows so far
     * @param bytes so far
     */
    public record Volume(long rows, long bytes) {
        /** Nothing yet. */
        public static final Volume NONE = new Volume(0, 0);
    }

    private record Key(TableId table, Way way) {}

    private static final class Counter {
        private final LongAdder rows = new LongAdder();
        private final LongAdder bytes = new LongAdder();

        private void add(long moreRows, long moreBytes) {
            rows.add(moreRows);
            bytes.add(moreBytes);
        }

        private Volume now() {
            return new Volume(rows.sum(), bytes.sum());
        }
    }

    private final Map<Key, Counter> read = new ConcurrentHashMap<>();
    private final Map<Key, Counter> written = new ConcurrentHashMap<>();
    private final LongAdder commitRetries = new LongAdder();
    private final IndexSizes indexes = new IndexSizes(System::nanoTime);
    private volatile DoubleSupplier queueFill = () -> Double.NaN;
    private volatile OptionalLong retainedLog = OptionalLong.empty();

    Figures() {}

    void read(TableId source, Way way, long rows, long bytes) {
        read.computeIfAbsent(new Key(source, way), key -> new Counter()).add(rows, bytes);
    }

    void written(TableId sink, Way way, long rows, long bytes) {
        written.computeIfAbsent(new Key(sink, way), key -> new Counter()).add(rows, bytes);
    }

    void commitRetried() {
        commitRetries.increment();
    }

    void queueFill(DoubleSupplier now) {
        queueFill = now;
    }

    void retainedLog(OptionalLong bytes) {
        retainedLog = bytes;
    }

    /**
     * The key indexes are here from now on.
     *
     * @param directories by the table's name in the lake
     */
    public void indexAt(Function<TableId, Path> directories) {
        indexes.at(directories);
    }

    /** Bytes on disk of the key index of a table by its name in the lake; some seconds old at most. */
    public long indexBytes(TableId sink) {
        return indexes.bytes(sink);
    }

    /** Received from the source, of a table by its name there. */
    public Volume read(TableId source, Way way) {
        Counter counter = read.get(new Key(source, way));
        return counter == null ? Volume.NONE : counter.now();
    }

    /** Handed to the lake after the operators, of a table by its name in the lake. */
    public Volume written(TableId sink, Way way) {
        Counter counter = written.get(new Key(sink, way));
        return counter == null ? Volume.NONE : counter.now();
    }

    /** Attempts to commit that had to be made again. */
    public long commitRetries() {
        return commitRetries.sum();
    }

    /** How full the buffer between the source's log and the pipeline is, 0 to 1; empty when no log is followed. */
    public OptionalDouble queueFill() {
        double fill = queueFill.getAsDouble();
        return Double.isNaN(fill) ? OptionalDouble.empty() : OptionalDouble.of(fill);
    }

    /** Bytes of its log that the source keeps for the pipeline; empty when that is not known. */
    public OptionalLong retainedLog() {
        return retainedLog;
    }
}
