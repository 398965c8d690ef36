package io.sluice.lake.index;

import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/** The memory that all key indexes of a process share: one block cache, with the write buffers counted into it. */
public final class RocksMemory implements AutoCloseable {

    static {
        RocksDB.loadLibrary();
    }

    private final Cache cache;
    private final WriteBufferManager writeBuffers;

    /**
     * Reserves nothing yet; blocks and write buffers together stay near {@code bytes}.
     *
     * @param bytes off-heap memory, at least a few megabytes
     */
    public RocksMemory(long bytes) {
        cache = new LRUCache(bytes);
        writeBuffers = new WriteBufferManager(bytes / 3, cache);
    }

    Cache cache() {
        return cache;
    }

    WriteBufferManager writeBuffers() {
        return writeBuffers;
    }

    @Override
    public void close() {
        writeBuffers.close();
        cache.close();
    }
}
