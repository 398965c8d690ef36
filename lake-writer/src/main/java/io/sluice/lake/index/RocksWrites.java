package io.sluice.lake.index;

import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/** Some writes that take effect together. Used by one thread. */
final class RocksWrites implements AutoCloseable {

    private final RocksStore store;
    private final WriteBatch batch = new WriteBatch();

    RocksWrites(RocksStore store) {
        this.store = store;
    }

    void put(ColumnFamilyHandle family, byte[] key, byte[] value) throws RocksDBException {
        batch.put(family, key, value);
    }

    void delete(ColumnFamilyHandle family, byte[] key) throws RocksDBException {
        batch.delete(family, key);
    }

    int count() {
        return batch.count();
    }

    void clear() {
        batch.clear();
    }

    void write() throws RocksDBException {
        store.db.write(store.write, batch);
    }

    void writeWithoutLog() throws RocksDBException {
        store.db.write(store.writeWithoutLog, batch);
    }

    @Override
    public void close() {
        batch.close();
    }
}
