package io.sluice.lake.index;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.nio.file.Path;
import org.rocksdb.RocksDBException;

/**
 * Where one table's database is, and how it is opened.
 *
 * @param directory the database's own
 * @param memory shared by all
 * @param table for messages
 */
record RocksFiles(Path directory, RocksMemory memory, TableId table) {

    /** Opens the database; a corrupt one is replaced by an empty one. */
    RocksStore open() {
        try {
            return RocksStore.open(directory, memory);
        } catch (RocksDBException | IOException e) {
            if (e instanceof RocksDBException rocks && RocksStore.isCorrupt(rocks)) {
                return openFresh();
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

    /** Replaces a database that is not open by an empty one. */
    RocksStore openFresh() {
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

    /** What an error of the database means. */
    PipelineException failure(String doing, RocksDBException e) {
        return new PipelineException(
                ErrorKind.LAKE_REFUSED,
                table,
                "Could not " + doing + " the key index of " + table + " in " + directory + ": " + e.getMessage()
                        + ". It is a cache: when its disk is sound again it is rebuilt from the lake",
                e);
    }
}
