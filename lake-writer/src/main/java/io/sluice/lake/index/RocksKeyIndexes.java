package io.sluice.lake.index;

import io.sluice.pipeline.schema.TableId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Key indexes in RocksDB, one database per table below {@code <state directory>/<pipeline>}. */
public final class RocksKeyIndexes implements KeyIndexes {

    private final Path directory;
    private final RocksMemory memory;

    /**
     * Opens nothing yet.
     *
     * @param directory the state directory; made when it is missing
     * @param memoryBytes off-heap memory for all indexes together
     */
    public RocksKeyIndexes(Path directory, long memoryBytes) {
        this.directory = directory;
        this.memory = new RocksMemory(memoryBytes);
    }

    @Override
    public KeyIndex open(String pipeline, TableId table) {
        return RocksKeyIndex.open(directory(directory, pipeline, table), memory, table);
    }

    /**
     * Where a table's index is below a state directory; it need not exist.
     *
     * @param table the table in the lake
     */
    public static Path directory(Path stateDirectory, String pipeline, TableId table) {
        return stateDirectory.resolve(fileName(pipeline)).resolve(fileName(table.toString()));
    }

    @Override
    public void close() {
        memory.close();
    }

    /** A name that is safe on every file system and different for different texts. */
    private static String fileName(String text) {
        StringBuilder name = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-' || b == '_' || b == '.' && name.length() > 0) {
                name.append((char) b);
            } else {
                name.append('%').append(String.format("%02X", b));
            }
        }
        return name.toString();
    }
}
