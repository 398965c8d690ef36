package io.sluice.lake.index;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Status;
import org.rocksdb.WriteOptions;

/** An open RocksDB database with the column families of one table's key index, and its native options. */
final class RocksStore implements AutoCloseable {

    private static final long WRITE_BUFFER_BYTES = 16L << 20;

    final RocksDB db;
    final ColumnFamilyHandle base;
    final ColumnFamilyHandle files;
    final ColumnFamilyHandle meta;
    final ColumnFamilyHandle[] layers;
    final ReadOptions read = new ReadOptions();
    final WriteOptions write = new WriteOptions();
    final WriteOptions writeWithoutLog = new WriteOptions().setDisableWAL(true);

    private final List<ColumnFamilyHandle> handles;
    private final List<AutoCloseable> options;

    private RocksStore(RocksDB db, List<ColumnFamilyHandle> handles, List<AutoCloseable> options) {
        this.db = db;
        this.handles = handles;
        this.options = options;
        base = handles.get(0);
        files = handles.get(1);
        meta = handles.get(2);
        layers = new ColumnFamilyHandle[] {handles.get(3), handles.get(4)};
    }

    static RocksStore open(Path directory, RocksMemory memory) throws RocksDBException, IOException {
        Files.createDirectories(directory);
        BloomFilter bloom = new BloomFilter(10, false);
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(memory.cache())
                .setFilterPolicy(bloom)
                .setCacheIndexAndFilterBlocks(true)
                .setPinL0FilterAndIndexBlocksInCache(true)
                .setFormatVersion(5);
        ColumnFamilyOptions columnFamily = new ColumnFamilyOptions()
                .setTableFormatConfig(table)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(WRITE_BUFFER_BYTES);
        DBOptions database = new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setWriteBufferManager(memory.writeBuffers())
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL)
                .setKeepLogFileNum(1)
                .setMaxOpenFiles(256)
                .setMaxTotalWalSize(4 * WRITE_BUFFER_BYTES);
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, columnFamily));
        for (String name : List.of("files", "meta", "layer-0", "layer-1")) {
            families.add(new ColumnFamilyDescriptor(name.getBytes(StandardCharsets.UTF_8), columnFamily));
        }
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try {
            RocksDB db = RocksDB.open(database, directory.toString(), families, handles);
            return new RocksStore(db, handles, List.of(columnFamily, database, bloom));
        } catch (RocksDBException e) {
            columnFamily.close();
            database.close();
            bloom.close();
            throw e;
        }
    }

    /** Whether the files of the database are damaged, rather than locked or out of reach. */
    static boolean isCorrupt(RocksDBException e) {
        Status status = e.getStatus();
        if (status == null) {
            return false;
        }
        Status.Code code = status.getCode();
        return code == Status.Code.Corruption
                || code == Status.Code.NotSupported
                || code == Status.Code.InvalidArgument
                || code == Status.Code.NotFound;
    }

    /** Whether another process, or another database object of this one, has the directory. */
    static boolean isLocked(RocksDBException e) {
        Status status = e.getStatus();
        return status != null
                && status.getCode() == Status.Code.IOError
                && String.valueOf(e.getMessage()).contains("lock");
    }

    /** Removes a database that is not open, whatever state its files are in. */
    static void destroy(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> found = Files.walk(directory)) {
            for (Path path : found.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Removes all entries of a column family. */
    void clear(ColumnFamilyHandle family) throws RocksDBException {
        byte[] first;
        byte[] last;
        try (RocksIterator all = db.newIterator(family)) {
            all.seekToFirst();
            if (!all.isValid()) {
                all.status();
                return;
            }
            first = all.key();
            all.seekToLast();
            last = all.key();
        }
        db.deleteRange(family, write, first, last);
        db.delete(family, write, last);
    }

    /** Writes a layer's entries into the base; an entry without bytes removes its key. */
    void copyToBase(ColumnFamilyHandle layer, int entriesAtOnce) throws RocksDBException {
        try (RocksWrites batch = new RocksWrites(this);
                RocksIterator entries = db.newIterator(layer)) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                byte[] entry = entries.value();
                if (entry.length == 0) {
                    batch.delete(base, entries.key());
                } else {
                    batch.put(base, entries.key(), entry);
                }
                if (batch.count() >= entriesAtOnce) {
                    batch.write();
                    batch.clear();
                }
            }
            entries.status();
            batch.write();
        }
    }

    /** Makes everything durable that was written without the log. */
    void flush() throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait, handles);
        }
    }

    @Override
    public void close() {
        for (ColumnFamilyHandle handle : handles) {
            handle.close();
        }
        db.close();
        read.close();
        write.close();
        writeWithoutLog.close();
        for (AutoCloseable option : options) {
            try {
                option.close();
            } catch (Exception e) {
                throw new IllegalStateException("Native options do not fail to close", e);
            }
        }
    }
}
