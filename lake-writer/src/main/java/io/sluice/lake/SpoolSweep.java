package io.sluice.lake;

import io.sluice.lake.commit.Spools;
import io.sluice.lake.commit.TableMarks;
import java.io.FileNotFoundException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.FileInfo;
import org.apache.iceberg.io.SupportsPrefixOperations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes files of drained changes that a process left behind which died between the commit that they were written for
 * and the next step: nothing refers to them, and nobody else looks for them.
 *
 * <p>Only such files go that nobody can need: they bear this table's id, they were listed <em>before</em> the table was
 * read again, and then the table did not refer to them and was still this owner's. An earlier owner's commit cannot go
 * through any more; a later owner writes its epoch before its first file, so that one of its files in the list shows in
 * the epoch. What an owner writes while it sweeps is not in the list.
 */
final class SpoolSweep {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolSweep.class);

    private final long epoch;
    private final String pipeline;

    /** For the owner of this epoch, which its tables have; before it writes any file. */
    SpoolSweep(String pipeline, long epoch) {
        this.pipeline = pipeline;
        this.epoch = epoch;
    }

    /** Sweeps one table; a table whose files cannot be listed keeps them, for that harms nobody. */
    void run(TableOperations operations) {
        TableMetadata owned = operations.current();
        // Other tables' directories are not worth a request to the store.
        if (!Spools.everDrained(owned) || !(operations.io() instanceof SupportsPrefixOperations files)) {
            return;
        }
        try {
            sweep(operations, files, owned);
        } catch (RuntimeException e) {
            LOG.warn(
                    "Leftover files of drained changes could not be looked for in {}; the next start does",
                    owned.location(),
                    e);
        }
    }

    private void sweep(TableOperations operations, SupportsPrefixOperations files, TableMetadata owned) {
        String prefix = SpoolWriter.prefix(owned);
        List<String> listed = new ArrayList<>();
        try {
            for (FileInfo file : files.listPrefix(operations.metadataFileLocation(SpoolWriter.DIRECTORY) + '/')) {
                if (name(file.location()).startsWith(prefix)) {
                    listed.add(file.location());
                }
            }
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof FileNotFoundException) {
                // None was ever written.
                return;
            }
            throw e;
        }
        if (listed.isEmpty()) {
            return;
        }
        TableMetadata now = operations.refresh();
        Optional<TableMarks> marks = TableMarks.read(now.properties());
        if (marks.isEmpty()
                || marks.get().epoch() != epoch
                || !marks.get().pipeline().equals(pipeline)
                || !now.uuid().equals(owned.uuid())) {
            return;
        }
        Set<String> referenced = new HashSet<>();
        for (StatisticsFile file : now.statisticsFiles()) {
            referenced.add(name(file.path()));
        }
        for (String location : listed) {
            if (!referenced.contains(name(location))) {
                operations.io().deleteFile(location);
                LOG.info("Deleted {}, which a process that ended too early left behind", location);
            }
        }
    }

    /** Each file's is unique; what comes before it is spelled in several ways. */
    private static String name(String location) {
        return location.substring(location.lastIndexOf('/') + 1);
    }
}
