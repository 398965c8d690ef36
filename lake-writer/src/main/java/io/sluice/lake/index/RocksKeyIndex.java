package io.sluice.lake.index;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * A key index in RocksDB. Each layer of a cut is one of two column families, taken in turn; their labels, the base's
 * marker and the file table stand in column families of their own. Everything goes through one write-ahead log, which
 * after a crash is replayed up to one point in time: what is there is always a state that once was, with the marker
 * that belonged to it. Nothing is synced; the worst that a power failure costs is a rebuild.
 */
final class RocksKeyIndex implements KeyIndex {

    private static final int VERSION = 1;
    private static final byte[] VERSION_KEY = key("version");
    private static final byte[] MARKER_KEY = key("marker");
    private static final byte[] SEALED_KEY = key("sealed");
    private static final int WRITE_ENTRIES = 4096;

    private final Path directory;
    private final RocksMemory memory;
    private final TableId table;
    private final byte[] value = new byte[Long.BYTES];
    private final ReentrantReadWriteLock layers = new ReentrantReadWriteLock();

    private RocksStore store;
    private @Nullable RocksWrites writes;
    private @Nullable Marker marker;
    private @Nullable Layer open;
    private @Nullable Layer sealed;
    private @Nullable Sealed sealedLabel;
    private int nextFile;

    private RocksKeyIndex(Path directory, RocksMemory memory, TableId table, RocksStore store) {
        this.directory = directory;
        this.memory = memory;
        this.table = table;
        this.store = store;
    }

    static RocksKeyIndex open(Path directory, RocksMemory memory, TableId table) {
        RocksKeyIndex index = new RocksKeyIndex(directory, memory, table, openStore(directory, memory, table));
        try {
            index.readState();
        } catch (RocksDBException e) {
            index.store.close();
            throw index.failure("open", e);
        }
        return index;
    }

    private static RocksStore openStore(Path directory, RocksMemory memory, TableId table) {
        try {
            return RocksStore.open(directory, memory);
        } catch (RocksDBException | IOException e) {
            if (e instanceof RocksDBException rocks && RocksStore.isCorrupt(rocks)) {
                return openFresh(directory, memory, table);
            }
            throw new PipelineException(
                    ErrorKind.LAKE_REFUSED,
                    table,
                    "The key index of " + table + " in " + directory
                            + " cannot be opened; when another process uses this state directory, end it or name another"
                            + " directory: " + e.getMessage(),
                    e);
        }
    }

    private static RocksStore openFresh(Path directory, RocksMemory memory, TableId table) {
        try {
            RocksStore.destroy(directory);
            return RocksStore.open(directory, memory);
        } catch (RocksDBException | IOException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_REFUSED,
                    table,
                    "The key index of " + table + " in " + directory + " cannot be made anew: " + e.getMessage(),
                    e);
        }
    }

    private void readState() throws RocksDBException {
        byte[] version = store.db.get(store.meta, VERSION_KEY);
        if (version == null || version.length != 1 || version[0] != VERSION) {
            return;
        }
        byte[] markerBytes = store.db.get(store.meta, MARKER_KEY);
        if (markerBytes == null) {
            return;
        }
        marker = readMarker(markerBytes);
        try (RocksIterator files = store.db.newIterator(store.files)) {
            files.seekToLast();
            nextFile = files.isValid() ? ByteBuffer.wrap(files.key()).getInt() + 1 : 0;
        }
        byte[] label = store.db.get(store.meta, SEALED_KEY);
        int leftover = -1;
        if (label != null) {
            readSealed(ByteBuffer.wrap(label));
            leftover = sealed == null ? -1 : sealed.slot;
        }
        for (int slot = 0; slot < store.layers.length; slot++) {
            if (slot != leftover) {
                store.clear(store.layers[slot]);
            }
        }
    }

    @Override
    public Optional<Marker> marker() {
        return Optional.ofNullable(marker);
    }

    @Override
    public Optional<Sealed> sealed() {
        return Optional.ofNullable(sealedLabel);
    }

    @Override
    public Map<Integer, String> files() {
        Map<Integer, String> result = new HashMap<>();
        try (RocksIterator files = store.db.newIterator(store.files)) {
            for (files.seekToFirst(); files.isValid(); files.next()) {
                result.put(ByteBuffer.wrap(files.key()).getInt(), new String(files.value(), StandardCharsets.UTF_8));
            }
            files.status();
        } catch (RocksDBException e) {
            throw failure("read the files of", e);
        }
        return result;
    }

    @Override
    public synchronized int nextFile() {
        return nextFile++;
    }

    @Override
    public long lookup(byte[] key, int length) {
        layers.readLock().lock();
        try {
            flushWrites();
            Layer top = open;
            if (top != null) {
                long found = get(top, key, length);
                if (found != MISSING || top.truncated) {
                    return found == MISSING ? RowLocation.ABSENT : found;
                }
            }
            Layer below = sealed;
            if (below != null) {
                long found = get(below, key, length);
                if (found != MISSING || below.truncated) {
                    return found == MISSING ? RowLocation.ABSENT : found;
                }
            }
            int size = store.db.get(store.base, store.read, key, 0, length, value, 0, value.length);
            return size < 0 ? RowLocation.ABSENT : readLong(value);
        } catch (RocksDBException e) {
            throw failure("read", e);
        } finally {
            layers.readLock().unlock();
        }
    }

    private static final long MISSING = Long.MIN_VALUE;

    private long get(Layer layer, byte[] key, int length) throws RocksDBException {
        if (layer.empty) {
            return MISSING;
        }
        int size = store.db.get(store.layers[layer.slot], store.read, key, 0, length, value, 0, value.length);
        if (size < 0) {
            return MISSING;
        }
        return size == 0 ? RowLocation.ABSENT : readLong(value);
    }

    @Override
    public void open() {
        layers.writeLock().lock();
        try {
            if (open != null) {
                throw new IllegalStateException("A cut's layer is open already in the key index of " + table);
            }
            Layer below = sealed;
            open = new Layer(below == null ? 0 : 1 - below.slot);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void put(byte[] keys, int start, int length, long location) {
        byte[] bytes = new byte[Long.BYTES];
        writeLong(bytes, location);
        write(Arrays.copyOfRange(keys, start, start + length), bytes);
    }

    @Override
    public void remove(byte[] keys, int start, int length) {
        write(Arrays.copyOfRange(keys, start, start + length), new byte[0]);
    }

    private void write(byte[] key, byte[] entry) {
        Layer layer = opened();
        try {
            RocksWrites pending = writes;
            if (pending == null) {
                pending = new RocksWrites(store);
                writes = pending;
            }
            pending.put(store.layers[layer.slot], key, entry);
            layer.empty = false;
            if (pending.count() >= WRITE_ENTRIES) {
                flushWrites();
            }
        } catch (RocksDBException e) {
            throw failure("write", e);
        }
    }

    private void flushWrites() throws RocksDBException {
        RocksWrites pending = writes;
        if (pending != null) {
            writes = null;
            try (pending) {
                pending.write();
            }
        }
    }

    @Override
    public void truncate() {
        Layer layer = opened();
        clear(layer);
        layer.truncated = true;
    }

    @Override
    public void abandon() {
        layers.writeLock().lock();
        try {
            Layer layer = open;
            if (layer != null) {
                clear(layer);
                open = null;
            }
        } finally {
            layers.writeLock().unlock();
        }
    }

    private void clear(Layer layer) {
        RocksWrites pending = writes;
        if (pending != null) {
            pending.close();
            writes = null;
        }
        try {
            if (!layer.empty) {
                store.clear(store.layers[layer.slot]);
                layer.empty = true;
            }
        } catch (RocksDBException e) {
            throw failure("clear a cut of", e);
        }
    }

    @Override
    public void seal(String commitId, Map<Integer, String> newFiles) {
        layers.writeLock().lock();
        try {
            if (sealed != null) {
                throw new IllegalStateException("A cut's layer is sealed already in the key index of " + table);
            }
            Layer layer = opened();
            Sealed label = new Sealed(commitId, built().snapshotId());
            flushWrites();
            try (RocksWrites batch = new RocksWrites(store)) {
                batch.put(store.meta, SEALED_KEY, sealedBytes(layer, label, newFiles));
                batch.write();
            }
            layer.newFiles.putAll(newFiles);
            sealed = layer;
            sealedLabel = label;
            open = null;
        } catch (RocksDBException e) {
            throw failure("seal a cut of", e);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void promote(String commitId, long snapshotId) {
        Layer layer = sealed;
        Sealed label = sealedLabel;
        if (layer == null || label == null || !label.commitId().equals(commitId)) {
            throw new IllegalStateException(
                    "No layer is sealed for commit " + commitId + " in the key index of " + table);
        }
        try {
            // Readers see the sealed layer above the base until the last step, so the order of the writes is free.
            if (layer.truncated) {
                store.clear(store.base);
                store.clear(store.files);
            }
            if (!layer.empty) {
                copyToBase(layer);
            }
            Marker promoted = new Marker(built().tableUuid(), snapshotId);
            layers.writeLock().lock();
            try (RocksWrites batch = new RocksWrites(store)) {
                for (Map.Entry<Integer, String> file : layer.newFiles.entrySet()) {
                    batch.put(store.files, fileKey(file.getKey()), key(file.getValue()));
                }
                batch.put(store.meta, MARKER_KEY, markerBytes(promoted));
                batch.delete(store.meta, SEALED_KEY);
                batch.write();
                marker = promoted;
                sealed = null;
                sealedLabel = null;
                if (!layer.empty) {
                    store.clear(store.layers[layer.slot]);
                }
            } finally {
                layers.writeLock().unlock();
            }
        } catch (RocksDBException e) {
            throw failure("promote a cut in", e);
        }
    }

    private void copyToBase(Layer layer) throws RocksDBException {
        RocksWrites batch = new RocksWrites(store);
        try (RocksIterator entries = store.db.newIterator(store.layers[layer.slot])) {
            for (entries.seekToFirst(); entries.isValid(); entries.next()) {
                byte[] entry = entries.value();
                if (entry.length == 0) {
                    batch.delete(store.base, entries.key());
                } else {
                    batch.put(store.base, entries.key(), entry);
                }
                if (batch.count() >= WRITE_ENTRIES) {
                    batch.write();
                    batch.clear();
                }
            }
            entries.status();
            batch.write();
        } finally {
            batch.close();
        }
    }

    @Override
    public void dropSealed() {
        layers.writeLock().lock();
        try (RocksWrites batch = new RocksWrites(store)) {
            Layer layer = sealed;
            if (layer != null) {
                batch.delete(store.meta, SEALED_KEY);
                batch.write();
                store.clear(store.layers[layer.slot]);
                sealed = null;
                sealedLabel = null;
            }
        } catch (RocksDBException e) {
            throw failure("drop a cut of", e);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void remark(long snapshotId) {
        Marker remarked = new Marker(built().tableUuid(), snapshotId);
        try (RocksWrites batch = new RocksWrites(store)) {
            batch.put(store.meta, MARKER_KEY, markerBytes(remarked));
            batch.write();
            marker = remarked;
        } catch (RocksDBException e) {
            throw failure("mark", e);
        }
    }

    @Override
    public Load rebuild() {
        layers.writeLock().lock();
        try {
            marker = null;
            open = null;
            sealed = null;
            sealedLabel = null;
            nextFile = 0;
            if (writes != null) {
                writes.close();
                writes = null;
            }
            store.close();
            store = openFresh(directory, memory, table);
            return new RocksLoad();
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void close() {
        layers.writeLock().lock();
        try {
            if (writes != null) {
                writes.close();
                writes = null;
            }
            store.close();
        } finally {
            layers.writeLock().unlock();
        }
    }

    private Marker built() {
        if (marker == null) {
            throw new IllegalStateException("The key index of " + table + " has not been built");
        }
        return marker;
    }

    private Layer opened() {
        Layer layer = open;
        if (layer == null) {
            throw new IllegalStateException("No cut's layer is open in the key index of " + table);
        }
        return layer;
    }

    private PipelineException failure(String doing, RocksDBException e) {
        return new PipelineException(
                ErrorKind.LAKE_REFUSED,
                table,
                "Could not " + doing + " the key index of " + table + " in " + directory + ": " + e.getMessage()
                        + ". It is a cache: when its disk is sound again it is rebuilt from the lake",
                e);
    }

    private static byte[] markerBytes(Marker marker) {
        byte[] uuid = key(marker.tableUuid());
        return ByteBuffer.allocate(Long.BYTES + uuid.length)
                .putLong(marker.snapshotId())
                .put(uuid)
                .array();
    }

    private static Marker readMarker(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long snapshotId = buffer.getLong();
        return new Marker(new String(bytes, Long.BYTES, bytes.length - Long.BYTES, StandardCharsets.UTF_8), snapshotId);
    }

    /** Slot, truncated, base snapshot, commit id, files: all that is needed to promote the layer after a crash. */
    private static byte[] sealedBytes(Layer layer, Sealed label, Map<Integer, String> newFiles) {
        KeyBuffer out = new KeyBuffer();
        out.putByte(layer.slot);
        out.putByte(layer.truncated ? 1 : 0);
        out.putByte(layer.empty ? 1 : 0);
        out.putLong(label.base());
        putText(out, label.commitId());
        out.putInt(newFiles.size());
        newFiles.forEach((ordinal, path) -> {
            out.putInt(ordinal);
            putText(out, path);
        });
        return Arrays.copyOf(out.bytes(), out.length());
    }

    private void readSealed(ByteBuffer in) {
        Layer layer = new Layer(in.get());
        layer.truncated = in.get() == 1;
        layer.empty = in.get() == 1;
        long base = in.getLong();
        String commitId = getText(in);
        int files = in.getInt();
        for (int i = 0; i < files; i++) {
            int ordinal = in.getInt();
            layer.newFiles.put(ordinal, getText(in));
            nextFile = Math.max(nextFile, ordinal + 1);
        }
        sealed = layer;
        sealedLabel = new Sealed(commitId, base);
    }

    private static void putText(KeyBuffer out, String text) {
        byte[] bytes = key(text);
        out.putInt(bytes.length);
        out.putBytes(bytes, 0, bytes.length);
    }

    private static String getText(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] fileKey(int ordinal) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(ordinal).array();
    }

    private static byte[] key(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long readLong(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    private static void writeLong(byte[] bytes, long value) {
        ByteBuffer.wrap(bytes).putLong(value);
    }

    /** One of the two column families for layers, while it is in use. */
    private static final class Layer {
        private final int slot;
        private final Map<Integer, String> newFiles = new HashMap<>();
        private boolean truncated;
        private boolean empty = true;

        private Layer(int slot) {
            this.slot = slot;
        }
    }

    /** Writes without the log: a crash leaves no marker, and the load is done again. */
    private final class RocksLoad implements Load {

        private RocksWrites batch = new RocksWrites(store);
        private final byte[] found = new byte[Long.BYTES];

        @Override
        public void file(int ordinal, String path) {
            nextFile = Math.max(nextFile, ordinal + 1);
            add(store.files, fileKey(ordinal), key(path));
        }

        @Override
        public long lookup(byte[] key, int length) {
            try {
                writeBatch();
                int size = store.db.get(store.base, store.read, key, 0, length, found, 0, found.length);
                return size < 0 ? RowLocation.ABSENT : readLong(found);
            } catch (RocksDBException e) {
                throw failure("build", e);
            }
        }

        @Override
        public void put(byte[] key, int length, long location) {
            byte[] bytes = new byte[Long.BYTES];
            writeLong(bytes, location);
            add(store.base, Arrays.copyOf(key, length), bytes);
        }

        private void add(org.rocksdb.ColumnFamilyHandle family, byte[] key, byte[] entry) {
            try {
                batch.put(family, key, entry);
                if (batch.count() >= WRITE_ENTRIES) {
                    writeBatch();
                }
            } catch (RocksDBException e) {
                throw failure("build", e);
            }
        }

        private void writeBatch() throws RocksDBException {
            if (batch.count() > 0) {
                batch.writeWithoutLog();
                batch.clear();
            }
        }

        @Override
        public void finish(Marker built) {
            try {
                writeBatch();
                batch.close();
                store.flush();
                try (RocksWrites marks = new RocksWrites(store)) {
                    marks.put(store.meta, VERSION_KEY, new byte[] {VERSION});
                    marks.put(store.meta, MARKER_KEY, markerBytes(built));
                    marks.write();
                }
                marker = built;
            } catch (RocksDBException e) {
                throw failure("build", e);
            }
        }
    }
}
