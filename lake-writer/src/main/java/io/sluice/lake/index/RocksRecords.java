package io.sluice.lake.index;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** How the index's own records are written as bytes: marker, sealed layer, file numbers, locations. */
final class RocksRecords {

    static final int VERSION = 1;
    static final byte[] VERSION_KEY = text("version");
    static final byte[] MARKER_KEY = text("marker");
    static final byte[] SEALED_KEY = text("sealed");

    private RocksRecords() {}

    static byte[] marker(KeyIndex.Marker marker) {
        byte[] uuid = text(marker.tableUuid());
        return ByteBuffer.allocate(Long.BYTES + uuid.length)
                .putLong(marker.snapshotId())
                .put(uuid)
                .array();
    }

    static KeyIndex.Marker marker(byte[] bytes) {
        long snapshotId = ByteBuffer.wrap(bytes).getLong();
        return new KeyIndex.Marker(
                new String(bytes, Long.BYTES, bytes.length - Long.BYTES, StandardCharsets.UTF_8), snapshotId);
    }

    /** Slot, truncated, base snapshot, commit id, files: all that is needed to promote the layer after a crash. */
    static byte[] sealed(RocksLayer layer, KeyIndex.Sealed label, Map<Integer, String> newFiles) {
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

    /** A layer as {@link #sealed(RocksLayer, KeyIndex.Sealed, Map)} wrote it. */
    record SealedLayer(RocksLayer layer, KeyIndex.Sealed label) {}

    static SealedLayer sealed(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        RocksLayer layer = new RocksLayer(in.get());
        layer.truncated = in.get() == 1;
        layer.empty = in.get() == 1;
        long base = in.getLong();
        String commitId = getText(in);
        int files = in.getInt();
        for (int i = 0; i < files; i++) {
            int ordinal = in.getInt();
            layer.newFiles.put(ordinal, getText(in));
        }
        return new SealedLayer(layer, new KeyIndex.Sealed(commitId, base));
    }

    private static void putText(KeyBuffer out, String text) {
        byte[] bytes = text(text);
        out.putInt(bytes.length);
        out.putBytes(bytes, 0, bytes.length);
    }

    private static String getText(ByteBuffer in) {
        byte[] bytes = new byte[in.getInt()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static byte[] file(int ordinal) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(ordinal).array();
    }

    static int file(byte[] key) {
        return ByteBuffer.wrap(key).getInt();
    }

    static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static long location(byte[] bytes) {
        return ByteBuffer.wrap(bytes).getLong();
    }

    static byte[] location(long location) {
        byte[] bytes = new byte[Long.BYTES];
        ByteBuffer.wrap(bytes).putLong(location);
        return bytes;
    }
}
