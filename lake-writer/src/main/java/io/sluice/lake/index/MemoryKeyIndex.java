package io.sluice.lake.index;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A key index on the heap: for tests, and for tables small enough that losing it does not matter. */
public final class MemoryKeyIndex implements KeyIndex {

    private final Map<Key, Long> base = new HashMap<>();
    private final Map<Integer, String> files = new HashMap<>();
    private @Nullable Marker marker;
    private @Nullable Layer open;
    private @Nullable Layer sealed;
    private int nextFile;

    /** An index that has never been built. */
    public MemoryKeyIndex() {}

    @Override
    public synchronized Optional<Marker> marker() {
        return Optional.ofNullable(marker);
    }

    @Override
    public synchronized Optional<Sealed> sealed() {
        return Optional.ofNullable(sealed).map(layer -> layer.label);
    }

    @Override
    public synchronized Map<Integer, String> files() {
        return Map.copyOf(files);
    }

    @Override
    public synchronized int nextFile() {
        return nextFile++;
    }

    @Override
    public synchronized long lookup(byte[] key, int length) {
        Key wanted = new Key(Arrays.copyOf(key, length));
        for (Layer layer : new Layer[] {open, sealed}) {
            if (layer != null) {
                Long found = layer.entries.get(wanted);
                if (found != null || layer.truncated) {
                    return found == null ? RowLocation.ABSENT : found;
                }
            }
        }
        return base.getOrDefault(wanted, RowLocation.ABSENT);
    }

    @Override
    public synchronized void open() {
        if (open != null) {
            throw new IllegalStateException("A cut's layer is open already");
        }
        open = new Layer();
    }

    @Override
    public synchronized void put(byte[] keys, int start, int length, long location) {
        opened().entries.put(new Key(Arrays.copyOfRange(keys, start, start + length)), location);
    }

    @Override
    public synchronized void remove(byte[] keys, int start, int length) {
        put(keys, start, length, RowLocation.ABSENT);
    }

    @Override
    public synchronized void truncate() {
        Layer layer = opened();
        layer.entries.clear();
        layer.truncated = true;
    }

    @Override
    public synchronized void abandon() {
        open = null;
    }

    @Override
    public synchronized void seal(String commitId, Map<Integer, String> newFiles) {
        if (sealed != null) {
            throw new IllegalStateException("A cut's layer is sealed already");
        }
        Layer layer = opened();
        layer.label = new Sealed(commitId, built().snapshotId());
        layer.newFiles.putAll(newFiles);
        sealed = layer;
        open = null;
    }

    @Override
    public synchronized void promote(String commitId, long snapshotId) {
        Layer layer = sealed;
        if (layer == null || layer.label == null || !layer.label.commitId().equals(commitId)) {
            throw new IllegalStateException("No layer is sealed for commit " + commitId);
        }
        if (layer.truncated) {
            base.clear();
            files.clear();
        }
        layer.entries.forEach((key, location) -> {
            if (location == RowLocation.ABSENT) {
                base.remove(key);
            } else {
                base.put(key, location);
            }
        });
        files.putAll(layer.newFiles);
        marker = new Marker(built().tableUuid(), snapshotId);
        sealed = null;
    }

    @Override
    public synchronized void dropSealed() {
        sealed = null;
    }

    @Override
    public synchronized void remark(long snapshotId) {
        marker = new Marker(built().tableUuid(), snapshotId);
    }

    @Override
    public synchronized Load rebuild() {
        base.clear();
        files.clear();
        marker = null;
        open = null;
        sealed = null;
        nextFile = 0;
        return new Load() {
            @Override
            public void file(int ordinal, String path) {
                files.put(ordinal, path);
                nextFile = Math.max(nextFile, ordinal + 1);
            }

            @Override
            public long lookup(byte[] key, int length) {
                return base.getOrDefault(new Key(Arrays.copyOf(key, length)), RowLocation.ABSENT);
            }

            @Override
            public void put(byte[] key, int length, long location) {
                base.put(new Key(Arrays.copyOf(key, length)), location);
            }

            @Override
            public void finish(Marker built) {
                marker = built;
            }
        };
    }

    @Override
    public void close() {}

    private Marker built() {
        if (marker == null) {
            throw new IllegalStateException("The index has not been built");
        }
        return marker;
    }

    private Layer opened() {
        if (open == null) {
            throw new IllegalStateException("No cut's layer is open");
        }
        return open;
    }

    private static final class Layer {
        private final Map<Key, Long> entries = new HashMap<>();
        private final Map<Integer, String> newFiles = new HashMap<>();
        private @Nullable Sealed label;
        private boolean truncated;
    }

    private static final class Key {
        private final byte[] bytes;

        private Key(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && Arrays.equals(bytes, key.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }
}
