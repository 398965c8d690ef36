package io.sluice.lake.index;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.rocksdb.RocksDBException;

/**
 * Where one table's database is, and how it is opened.
 *
 * @param directory the database's own
 * @param memory shared by all
 * @param table for messages
 */
record RocksFiles(Path directory, RocksMemory memory, TableId table) {

    private static final long LOCK_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOCK_PAUSE_MILLIS = 50;

    /** Opens the database; a corrupt one is replaced by an empty one. */
    RocksStore open() {
        try {
            return openWhenFree();
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

    /** The owner before may still be about to find out that it is fenced, and has the directory until then. */
    private RocksStore openWhenFree() throws RocksDBException, IOException {
        long deadline = System.nanoTime() + LOCK_PATIENCE_NANOS;
        while (true) {
            try {
                return RocksStore.open(directory, memory);
            } catch (RocksDBException e) {
                if (!RocksStore.isLocked(e) || System.nanoTime() >= deadline) {
                    throw e;
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOCK_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                throw PipelineException.interrupted("waiting for the key index of " + table);
            }
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
