package io.sluice.lake.index;

import io.sluice.pipeline.schema.TableId;
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

    private static final int WRITE_ENTRIES = 4096;

    private final RocksFiles place;
    private final TableId table;
    private final RocksLoad.FileNumbers fileNumbers = new RocksLoad.FileNumbers();
    private final byte[] value = new byte[Long.BYTES];
    private final ReentrantReadWriteLock layers = new ReentrantReadWriteLock();

    private RocksStore store;
    private @Nullable RocksWrites writes;
    private @Nullable Marker marker;
    private @Nullable RocksLayer open;
    private @Nullable RocksLayer sealed;
    private @Nullable Sealed sealedLabel;

    private RocksKeyIndex(RocksFiles place, RocksStore store) {
        this.place = place;
        this.table = place.table();
        this.store = store;
    }

    static RocksKeyIndex open(Path directory, RocksMemory memory, TableId table) {
        RocksFiles place = new RocksFiles(directory, memory, table);
        RocksKeyIndex index = new RocksKeyIndex(place, place.open());
        try {
            index.readState();
        } catch (RocksDBException e) {
            index.store.close();
            throw place.failure("open", e);
        }
        return index;
    }

    private void readState() throws RocksDBException {
        byte[] version = store.db.get(store.meta, RocksRecords.VERSION_KEY);
        if (version == null || version.length != 1 || version[0] != RocksRecords.VERSION) {
            return;
        }
        byte[] markerBytes = store.db.get(store.meta, RocksRecords.MARKER_KEY);
        if (markerBytes == null) {
            return;
        }
        marker = RocksRecords.marker(markerBytes);
        try (RocksIterator files = store.db.newIterator(store.files)) {
            files.seekToLast();
            if (files.isValid()) {
                fileNumbers.taken(RocksRecords.file(files.key()));
            }
        }
        byte[] label = store.db.get(store.meta, RocksRecords.SEALED_KEY);
        int leftover = -1;
        if (label != null) {
            RocksRecords.SealedLayer left = RocksRecords.sealed(label);
            left.layer().newFiles.keySet().forEach(fileNumbers::taken);
            sealed = left.layer();
            sealedLabel = left.label();
            leftover = left.layer().slot;
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
                result.put(RocksRecords.file(files.key()), new String(files.value(), StandardCharsets.UTF_8));
            }
            files.status();
        } catch (RocksDBException e) {
            throw place.failure("read the files of", e);
        }
        return result;
    }

    @Override
    public int nextFile() {
        return fileNumbers.next();
    }

    @Override
    public long lookup(byte[] key, int length) {
        layers.readLock().lock();
        try {
            flushWrites();
            RocksLayer top = open;
            if (top != null) {
                long found = get(top, key, length);
                if (found != MISSING || top.truncated) {
                    return found == MISSING ? RowLocation.ABSENT : found;
                }
            }
            RocksLayer below = sealed;
            if (below != null) {
                long found = get(below, key, length);
                if (found != MISSING || below.truncated) {
                    return found == MISSING ? RowLocation.ABSENT : found;
                }
            }
            int size = store.db.get(store.base, store.read, key, 0, length, value, 0, value.length);
            return size < 0 ? RowLocation.ABSENT : RocksRecords.location(value);
        } catch (RocksDBException e) {
            throw place.failure("read", e);
        } finally {
            layers.readLock().unlock();
        }
    }

    private static final long MISSING = Long.MIN_VALUE;

    private long get(RocksLayer layer, byte[] key, int length) throws RocksDBException {
        if (layer.empty) {
            return MISSING;
        }
        int size = store.db.get(store.layers[layer.slot], store.read, key, 0, length, value, 0, value.length);
        if (size < 0) {
            return MISSING;
        }
        return size == 0 ? RowLocation.ABSENT : RocksRecords.location(value);
    }

    @Override
    public void open() {
        layers.writeLock().lock();
        try {
            if (open != null) {
                throw new IllegalStateException("A cut's layer is open already in the key index of " + table);
            }
            RocksLayer below = sealed;
            open = new RocksLayer(below == null ? 0 : 1 - below.slot);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void put(byte[] keys, int start, int length, long location) {
        write(Arrays.copyOfRange(keys, start, start + length), RocksRecords.location(location));
    }

    @Override
    public void remove(byte[] keys, int start, int length) {
        write(Arrays.copyOfRange(keys, start, start + length), new byte[0]);
    }

    private void write(byte[] key, byte[] entry) {
        RocksLayer layer = opened();
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
            throw place.failure("write", e);
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
        RocksLayer layer = opened();
        clear(layer);
        layer.truncated = true;
    }

    @Override
    public void abandon() {
        layers.writeLock().lock();
        try {
            RocksLayer layer = open;
            if (layer != null) {
                clear(layer);
                open = null;
            }
        } finally {
            layers.writeLock().unlock();
        }
    }

    private void clear(RocksLayer layer) {
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
            throw place.failure("clear a cut of", e);
        }
    }

    @Override
    public void seal(String commitId, Map<Integer, String> newFiles) {
        layers.writeLock().lock();
        try {
            if (sealed != null) {
                throw new IllegalStateException("A cut's layer is sealed already in the key index of " + table);
            }
            RocksLayer layer = opened();
            Sealed label = new Sealed(commitId, built().snapshotId());
            flushWrites();
            try (RocksWrites batch = new RocksWrites(store)) {
                batch.put(store.meta, RocksRecords.SEALED_KEY, RocksRecords.sealed(layer, label, newFiles));
                batch.write();
            }
            layer.newFiles.putAll(newFiles);
            sealed = layer;
            sealedLabel = label;
            open = null;
        } catch (RocksDBException e) {
            throw place.failure("seal a cut of", e);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void promote(String commitId, long snapshotId) {
        RocksLayer layer = sealed;
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
                store.copyToBase(store.layers[layer.slot], WRITE_ENTRIES);
            }
            Marker promoted = new Marker(built().tableUuid(), snapshotId);
            layers.writeLock().lock();
            try (RocksWrites batch = new RocksWrites(store)) {
                for (Map.Entry<Integer, String> file : layer.newFiles.entrySet()) {
                    batch.put(store.files, RocksRecords.file(file.getKey()), RocksRecords.text(file.getValue()));
                }
                batch.put(store.meta, RocksRecords.MARKER_KEY, RocksRecords.marker(promoted));
                batch.delete(store.meta, RocksRecords.SEALED_KEY);
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
            throw place.failure("promote a cut in", e);
        }
    }

    @Override
    public void dropSealed() {
        layers.writeLock().lock();
        try (RocksWrites batch = new RocksWrites(store)) {
            RocksLayer layer = sealed;
            if (layer != null) {
                batch.delete(store.meta, RocksRecords.SEALED_KEY);
                batch.write();
                store.clear(store.layers[layer.slot]);
                sealed = null;
                sealedLabel = null;
            }
        } catch (RocksDBException e) {
            throw place.failure("drop a cut of", e);
        } finally {
            layers.writeLock().unlock();
        }
    }

    @Override
    public void remark(long snapshotId) {
        Marker remarked = new Marker(built().tableUuid(), snapshotId);
        try (RocksWrites batch = new RocksWrites(store)) {
            batch.put(store.meta, RocksRecords.MARKER_KEY, RocksRecords.marker(remarked));
            batch.write();
            marker = remarked;
        } catch (RocksDBException e) {
            throw place.failure("mark", e);
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
            fileNumbers.restart();
            if (writes != null) {
                writes.close();
                writes = null;
            }
            store.close();
            store = place.openFresh();
            return new RocksLoad(store, fileNumbers, built -> marker = built, place::failure);
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

    private RocksLayer opened() {
        RocksLayer layer = open;
        if (layer == null) {
            throw new IllegalStateException("No cut's layer is open in the key index of " + table);
        }
        return layer;
    }
}
