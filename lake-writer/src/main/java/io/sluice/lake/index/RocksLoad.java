package io.sluice.lake.index;

import io.sluice.pipeline.error.PipelineException;
import java.util.Arrays;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;

/** A bulk load into an empty database. Writes without the log: a crash leaves no marker, and the load is done again. */
final class RocksLoad implements KeyIndex.Load {

    private static final int WRITE_ENTRIES = 4096;

    private final RocksStore store;
    private final RocksWrites batch;
    private final FileNumbers fileNumbers;
    private final Consumer<KeyIndex.Marker> whenBuilt;
    private final BiFunction<String, RocksDBException, PipelineException> failure;
    private final byte[] found = new byte[Long.BYTES];

    /**
     * Begins.
     *
     * @param whenBuilt is told when the load is durable
     * @param failure makes the failure out of what was done and what RocksDB said
     */
    RocksLoad(
            RocksStore store,
            FileNumbers fileNumbers,
            Consumer<KeyIndex.Marker> whenBuilt,
            BiFunction<String, RocksDBException, PipelineException> failure) {
        this.store = store;
        this.batch = new RocksWrites(store);
        this.fileNumbers = fileNumbers;
        this.whenBuilt = whenBuilt;
        this.failure = failure;
    }

    @Override
    public void file(int ordinal, String path) {
        fileNumbers.taken(ordinal);
        add(store.files, RocksRecords.file(ordinal), RocksRecords.text(path));
    }

    @Override
    public long lookup(byte[] key, int length) {
        try {
            writeBatch();
            int size = store.db.get(store.base, store.read, key, 0, length, found, 0, found.length);
            return size < 0 ? RowLocation.ABSENT : RocksRecords.location(found);
        } catch (RocksDBException e) {
            throw failure.apply("build", e);
        }
    }

    @Override
    public void put(byte[] key, int length, long location) {
        add(store.base, Arrays.copyOf(key, length), RocksRecords.location(location));
    }

    private void add(ColumnFamilyHandle family, byte[] key, byte[] entry) {
        try {
            batch.put(family, key, entry);
            if (batch.count() >= WRITE_ENTRIES) {
                writeBatch();
            }
        } catch (RocksDBException e) {
            throw failure.apply("build", e);
        }
    }

    private void writeBatch() throws RocksDBException {
        if (batch.count() > 0) {
            batch.writeWithoutLog();
            batch.clear();
        }
    }

    @Override
    public void finish(KeyIndex.Marker built) {
        try {
            writeBatch();
            batch.close();
            store.flush();
            try (RocksWrites marks = new RocksWrites(store)) {
                marks.put(store.meta, RocksRecords.VERSION_KEY, new byte[] {RocksRecords.VERSION});
                marks.put(store.meta, RocksRecords.MARKER_KEY, RocksRecords.marker(built));
                marks.write();
            }
            whenBuilt.accept(built);
        } catch (RocksDBException e) {
            throw failure.apply("build", e);
        }
    }

    /** Numbers of files, each given once. Safe for use by several threads. */
    static final class FileNumbers {

        private int next;

        synchronized int next() {
            return next++;
        }

        /** The number is in use. */
        synchronized void taken(int ordinal) {
            next = Math.max(next, ordinal + 1);
        }

        synchronized void restart() {
            next = 0;
        }
    }
}
