package io.sluice.lake.read;

import io.sluice.lake.commit.SnapshotClaim;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/** A table of the lake in one snapshot. Immutable; each reading is used by one thread. */
public final class PublishedTable {

    private static final int BATCH_ROWS = 1024;

    private static final Schema PLACE = new Schema(MetadataColumns.FILE_PATH, MetadataColumns.ROW_POSITION);

    private final TableId id;
    private final Table table;
    private final @Nullable Snapshot snapshot;

    PublishedTable(TableId id, Table table) {
        this.id = id;
        this.table = table;
        this.snapshot = table.currentSnapshot();
    }

    /** What the table says about its owner and its progress; empty for one that Sluice does not own. */
    public Optional<LakeTableState> state() {
        return TableMarks.read(table.properties()).map(marks -> marks.state(id));
    }

    /** Where the table's current metadata file is, for readers that take a file instead of a catalog. */
    public String metadataLocation() {
        return ((HasTableOperations) table).operations().current().metadataFileLocation();
    }

    /** Rows by the snapshot's own count, 0 when it has none. */
    public long estimatedRows() {
        String rows = snapshot == null ? null : snapshot.summary().get(SnapshotSummary.TOTAL_RECORDS_PROP);
        return rows == null ? 0 : Long.parseLong(rows);
    }

    /** What keeps the table from holding rows of this schema, in sentences. */
    public List<String> differences(TableSchema wanted) {
        return IcebergSchemas.compatible(wanted, table.schema());
    }

    /** The snapshot that is read; empty for a table that has none yet. */
    public OptionalLong snapshotId() {
        return snapshot == null ? OptionalLong.empty() : OptionalLong.of(snapshot.snapshotId());
    }

    /** Whether the rows are not the ones that Sluice left, in words; empty when they are. */
    public Optional<String> contradiction() {
        return TableMarks.read(table.properties())
                .flatMap(marks -> SnapshotClaim.contradiction(
                        ((HasTableOperations) table).operations().current(), marks));
    }

    /**
     * Gives all rows, deletions applied, in no order, as batches in the columns of {@code wanted}; a batch is valid
     * during the call only.
     *
     * @param wanted columns by their names in the table; {@link #differences} must be empty
     * @throws PipelineException {@code LAKE_UNAVAILABLE} when a file cannot be read, {@code INTERRUPTED}
     */
    public void read(TableSchema wanted, Consumer<ColumnBatch> consumer) {
        read(wanted, projection(wanted), Expressions.alwaysTrue(), (batch, places) -> consumer.accept(batch));
    }

    /**
     * Gives at least the rows with these keys, with each row's place: other rows may be among them.
     *
     * @param keys the key's columns by their names in the table, a row per key
     */
    public void read(TableSchema wanted, ColumnBatch keys, PlacedRows consumer) {
        read(wanted, TypeUtil.join(projection(wanted), PLACE), KeyExpressions.covering(keys), consumer);
    }

    /** Takes rows with their places. */
    @FunctionalInterface
    public interface PlacedRows {

        /**
         * Takes a batch that is valid during the call only.
         *
         * @param places for each row a number that stands for its file and its position there: as long as it stays, the
         *     row was neither rewritten nor replaced; at least as many
         */
        void accept(ColumnBatch batch, long[] places);
    }

    private void read(TableSchema wanted, Schema projection, Expression condition, PlacedRows consumer) {
        if (snapshot == null) {
            return;
        }
        int fileAt = wanted.width();
        boolean placed = projection.columns().size() > fileAt;
        Places place = new Places();
        ColumnBatch batch = ColumnBatch.create(wanted, ColumnBatch.Content.SNAPSHOT, BATCH_ROWS);
        long[] places = new long[BATCH_ROWS];
        GenericValues values = new GenericValues(wanted);
        try (CloseableIterable<Record> records = IcebergGenerics.read(table)
                .useSnapshot(snapshot.snapshotId())
                .where(condition)
                .project(projection)
                .reuseContainers()
                .build()) {
            for (Record record : records) {
                if (placed) {
                    places[batch.rowCount()] = place.of(record.get(fileAt), (long) record.get(fileAt + 1));
                }
                values.append(record, batch);
                if (batch.rowCount() == BATCH_ROWS) {
                    if (Thread.currentThread().isInterrupted()) {
                        throw PipelineException.interrupted("reading table " + id);
                    }
                    consumer.accept(batch, places);
                    GenericValues.clear(batch);
                }
            }
            if (batch.rowCount() > 0) {
                consumer.accept(batch, places);
            }
        } catch (PipelineException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_UNAVAILABLE, id, "Table " + id + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Numbers for places: FNV-1a of the file's location (64 bit), mixed with the position. */
    private static final class Places {
        private @Nullable Object file;
        private long hash;

        long of(Object rowsFile, long position) {
            if (rowsFile != file) {
                file = rowsFile;
                hash = 0xCBF29CE484222325L;
                String location = rowsFile.toString();
                for (int i = 0; i < location.length(); i++) {
                    hash = (hash ^ location.charAt(i)) * 0x100000001B3L;
                }
            }
            return (hash ^ position) * 0x9E3779B97F4A7C15L + position;
        }
    }

    private Schema projection(TableSchema wanted) {
        List<Types.NestedField> fields = wanted.columns().stream()
                .map(column -> {
                    Types.NestedField field = table.schema().findField(column.name());
                    if (field == null) {
                        throw new PipelineException(
                                ErrorKind.LAKE_CONFLICT,
                                id,
                                "Table " + id + " has no column '" + column.name() + "'",
                                null);
                    }
                    return field;
                })
                .toList();
        return new Schema(fields);
    }
}
