package io.sluice.lake;

import io.sluice.lake.commit.CommitRetries;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.schema.TableId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.AlreadyExistsException;

/**
 * An append-only Iceberg table with the rows that have no place in the lake. Its properties name the pipeline that it
 * belongs to and the epoch of its owner; a commit that finds another epoch does nothing. The change of an owner makes a
 * snapshot too, so that catalogs which compare snapshots only refuse the commit of an owner before. Few rows ever come
 * here, so they go through Iceberg's own writers.
 */
final class DeadLetterTable implements DeadLetterLog {

    private static final String COMMIT = "sluice.commit";

    private final Catalog catalog;
    private final LakeTables tables;
    private final LakeOptions options;
    private final String pipeline;
    private final TableId id;
    private long epoch;

    /** Of the last event in the table; empty until this owner has read it. */
    private OptionalLong sequence = OptionalLong.empty();

    /** A table that need not exist. */
    DeadLetterTable(Catalog catalog, LakeOptions options, String pipeline, TableId id) {
        this.catalog = catalog;
        this.tables = new LakeTables(catalog);
        this.options = options;
        this.pipeline = pipeline;
        this.id = id;
    }

    /**
     * Becomes the owner.
     *
     * @param succeeded whether the pipeline has a later owner, should the table know of one
     */
    DeadLetterTable claim(long ownEpoch, boolean succeeded) {
        epoch = ownEpoch;
        RuntimeException last = new IllegalStateException("Nothing was tried");
        CommitRetries retries = options.retries();
        for (int attempt = 1; attempt <= retries.attempts(); attempt++) {
            if (attempt > 1) {
                retries.pause(attempt - 1);
            }
            try {
                Table table = tables.load(id).orElseGet(this::create);
                requireOwn(table);
                long found = epoch(table);
                if (found > ownEpoch && succeeded) {
                    throw fenced(found);
                }
                Transaction claim = table.newTransaction();
                claim.updateProperties()
                        .set(TableMarks.EPOCH, Long.toString(ownEpoch))
                        .commit();
                claim.newAppend().set(TableMarks.EPOCH, Long.toString(ownEpoch)).commit();
                claim.commitTransaction();
                return this;
            } catch (PipelineException e) {
                throw e;
            } catch (RuntimeException e) {
                last = e;
            }
        }
        throw StorageFailures.of(id, "write the pipeline's epoch into the properties", last);
    }

    private Table create() {
        tables.createNamespaces(LakeTables.namespace(id));
        try {
            return catalog.buildTable(LakeTables.identifier(id), DeadLetterFiles.SCHEMA)
                    .withPartitionSpec(PartitionSpec.unpartitioned())
                    .withProperties(Map.of(
                            TableProperties.FORMAT_VERSION,
                            "2",
                            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
                            "true",
                            // Every attempt looks at the owner anew.
                            TableProperties.COMMIT_NUM_RETRIES,
                            "0",
                            TableMarks.PIPELINE,
                            pipeline))
                    .create();
        } catch (AlreadyExistsException e) {
            return tables.load(id).orElseThrow(() -> e);
        }
    }

    private void requireOwn(Table table) {
        String owner = table.properties().get(TableMarks.PIPELINE);
        if (!pipeline.equals(owner)) {
            throw conflict(
                    owner == null
                            ? "it was not made by Sluice"
                            : "it belongs to pipeline '" + owner + "', expected '" + pipeline + "'");
        }
        List<String> missing = DeadLetterFiles.missingColumns(table);
        if (!missing.isEmpty()) {
            throw conflict("it lacks the columns " + String.join(", ", missing));
        }
    }

    private PipelineException conflict(String what) {
        return new PipelineException(
                ErrorKind.LAKE_CONFLICT,
                id,
                "Lake table " + id + " cannot note rows without a place in the lake: " + what
                        + ". Name another table as pipeline.dead-letters, or drop this one",
                null);
    }

    private PipelineException fenced(long found) {
        return new PipelineException(
                ErrorKind.FENCED,
                id,
                "Pipeline " + pipeline + " was taken over by another process: table " + id + " is owned by epoch "
                        + found + ", this process has epoch " + epoch,
                null);
    }

    @Override
    public synchronized List<DeadLetterEvent> events() {
        Optional<Table> table = tables.load(id);
        if (table.isEmpty()) {
            return List.of();
        }
        requireOwn(table.get());
        DeadLetterFiles.Written written = DeadLetterFiles.read(id, table.get());
        sequence = OptionalLong.of(written.lastSequence());
        return written.events();
    }

    /** As {@link #events}, of rows of one table at the source. */
    List<DeadLetterEvent> eventsOf(TableId source) {
        Optional<Table> table = tables.load(id);
        if (table.isEmpty()) {
            return List.of();
        }
        requireOwn(table.get());
        return DeadLetterFiles.readOf(id, table.get(), source).events();
    }

    @Override
    public synchronized void append(List<DeadLetterEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        Table table = tables.load(id)
                .orElseThrow(() -> conflict("it was dropped while the pipeline runs; start the pipeline again"));
        String commit = options.ids().get();
        // Nobody else writes since this owner's claim; most have read everything by now.
        long last = sequence.isPresent() ? sequence.getAsLong() : lastSequence(table);
        DataFile file = DeadLetterFiles.write(id, table, commit, events, epoch, last + 1);
        options.failPoints().reach(FailPoint.LETTERS_BEFORE_COMMIT);
        commit(table, file, commit);
        sequence = OptionalLong.of(last + events.size());
        options.failPoints().reach(FailPoint.LETTERS_AFTER_COMMIT);
    }

    private long lastSequence(Table table) {
        try {
            return DeadLetterFiles.lastSequence(table);
        } catch (RuntimeException e) {
            throw StorageFailures.of(id, "read the rows", e);
        }
    }

    private void commit(Table table, DataFile file, String commit) {
        RuntimeException last = new IllegalStateException("Nothing was tried");
        CommitRetries retries = options.retries();
        for (int attempt = 1; attempt <= retries.attempts() + 1; attempt++) {
            if (attempt > 1) {
                retries.pause(attempt - 1);
            }
            try {
                if (attempt > 1) {
                    table.refresh();
                    if (has(table, commit)) {
                        return;
                    }
                }
                requireOwner(table);
                if (attempt > retries.attempts()) {
                    break;
                }
                table.newAppend()
                        .appendFile(file)
                        .set(COMMIT, commit)
                        .validateWith(ancestors -> isOwner(table))
                        .commit();
                return;
            } catch (PipelineException e) {
                throw e;
            } catch (RuntimeException e) {
                last = e;
            }
        }
        throw StorageFailures.of(id, "note rows without a place in the lake in the table", last);
    }

    /** The response of the attempt before may have been lost. */
    private static boolean has(Table table, String commit) {
        return StreamSupport.stream(table.snapshots().spliterator(), false)
                .anyMatch(snapshot -> commit.equals(snapshot.summary().get(COMMIT)));
    }

    private boolean isOwner(Table table) {
        return Long.toString(epoch)
                .equals(((HasTableOperations) table)
                        .operations()
                        .current()
                        .properties()
                        .get(TableMarks.EPOCH));
    }

    private void requireOwner(Table table) {
        if (!isOwner(table)) {
            throw fenced(epoch(table));
        }
    }

    private static long epoch(Table table) {
        return TableMarks.read(table.properties()).map(TableMarks::epoch).orElse(0L);
    }
}
