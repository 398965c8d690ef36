package io.sluice.pipeline.batch;

import io.sluice.pipeline.schema.TableSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unit of data that moves through the whole system: rows of one table in one schema version, a vector per column.
 * A batch of changes has an operation per row ({@link RowOperation}) and the place of the change in the source's log;
 * a batch of a snapshot has neither.
 *
 * <p>A value that has no lossless place stands as a null in its vector, and its row among the {@link #refusals}. A
 * transform either fails on such a batch or leaves those rows out; nothing else may be done with them.
 *
 * <p>Owned by one thread at a time and handed over whole; not changed any more once handed over.
 */
public final class ColumnBatch implements Serializable {

    /** Whether the rows are states or changes. */
    public enum Content {
        /** Rows as they are in the table. */
        SNAPSHOT,
        /** Changes, in the order of the source's log. */
        CHANGES
    }

    private final TableSchema schema;
    private final Content content;
    private final ColumnVector[] columns;
    private byte[] operations;
    private long[] positions;
    private int rowCount;
    /** There are none in nearly every batch. */
    private @Nullable ArrayList<RowRefusal> refusals;

    private ColumnBatch(
            TableSchema schema, Content content, ColumnVector[] columns, byte[] operations, long[] positions) {
        this.schema = schema;
        this.content = content;
        this.columns = columns;
        this.operations = operations;
        this.positions = positions;
    }

    /** An empty batch with room for {@code capacity} rows in each vector. */
    public static ColumnBatch create(TableSchema schema, Content content, int capacity) {
        ColumnVector[] columns = new ColumnVector[schema.width()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnVector.create(schema.column(i).type(), capacity);
        }
        boolean changes = content == Content.CHANGES;
        return new ColumnBatch(
                schema, content, columns, new byte[changes ? capacity : 0], new long[changes ? capacity : 0]);
    }

    /**
     * A batch of a snapshot made of finished vectors.
     *
     * @throws IllegalArgumentException when the vectors do not fit the schema or differ in size
     */
    public static ColumnBatch ofSnapshot(TableSchema schema, ColumnVector[] columns, int rowCount) {
        ColumnBatch batch = new ColumnBatch(schema, Content.SNAPSHOT, columns, new byte[0], new long[0]);
        batch.endRows(rowCount);
        return batch;
    }

    /**
     * A batch of changes made of finished vectors.
     *
     * @param operations at least {@code rowCount} entries
     * @param positions at least {@code rowCount} entries
     * @throws IllegalArgumentException when the vectors do not fit the schema or differ in size
     */
    public static ColumnBatch ofChanges(
            TableSchema schema, ColumnVector[] columns, byte[] operations, long[] positions, int rowCount) {
        ColumnBatch batch = new ColumnBatch(schema, Content.CHANGES, columns, operations, positions);
        batch.rowCount = rowCount;
        batch.checkSizes();
        return batch;
    }

    /** The rows' schema. */
    public TableSchema schema() {
        return schema;
    }

    /** Whether the rows are states or changes. */
    public Content content() {
        return content;
    }

    /** The number of complete rows. */
    public int rowCount() {
        return rowCount;
    }

    /** The vector of the column at an index of the schema. */
    public ColumnVector column(int index) {
        return columns[index];
    }

    /** All vectors in the schema's order; the batch's own array. */
    public ColumnVector[] columns() {
        return columns;
    }

    /** An operation with flags per row; empty in a snapshot. The batch's own array, longer than the rows. */
    public byte[] operations() {
        return operations;
    }

    /** The operation and flags of one change. */
    public byte operation(int row) {
        return operations[row];
    }

    /**
     * Where each change stands in the source's log, for Postgres the change record's LSN: rising within one
     * transaction only, since transactions interleave in the log. Empty in a snapshot.
     */
    public long[] positions() {
        return positions;
    }

    /** Ends the row whose values were appended to every vector, as a change. */
    public void endChange(byte operation, long position) {
        if (rowCount == operations.length) {
            int capacity = ColumnVector.grownCapacity(rowCount, rowCount + 1);
            operations = Arrays.copyOf(operations, capacity);
            positions = Arrays.copyOf(positions, capacity);
        }
        operations[rowCount] = operation;
        positions[rowCount] = position;
        rowCount++;
    }

    /** Notes that a value of the row that is being appended has no lossless place; its vector was given a null for it. */
    public void refuse(String column, String reason, String message) {
        addRefusal(new RowRefusal(rowCount, column, reason, message));
    }

    /** Notes refusals of a batch with the same columns; their rows are this batch's, present or to come. */
    public void refuseAll(List<RowRefusal> refused) {
        refused.forEach(this::addRefusal);
    }

    private void addRefusal(RowRefusal refusal) {
        ArrayList<RowRefusal> present = refusals;
        if (present == null) {
            present = new ArrayList<>();
            refusals = present;
        }
        present.add(refusal);
    }

    /** Values without a lossless place, by rising row; a row with several of them is there several times. */
    public List<RowRefusal> refusals() {
        ArrayList<RowRefusal> present = refusals;
        return present == null ? List.of() : Collections.unmodifiableList(present);
    }

    /** Ends a row of a snapshot whose values were appended to every vector. */
    public void endRow() {
        rowCount++;
    }

    /**
     * Declares that every vector of this snapshot batch now has {@code rows} rows.
     *
     * @throws IllegalArgumentException when one has not
     */
    public void endRows(int rows) {
        rowCount = rows;
        ArrayList<RowRefusal> present = refusals;
        if (present != null) {
            present.removeIf(refusal -> refusal.row() >= rows);
        }
        checkSizes();
    }

    /** Bytes of heap that the rows take, roughly. */
    public long memoryBytes() {
        long bytes = (long) operations.length * (1 + Long.BYTES);
        for (ColumnVector column : columns) {
            bytes += column.memoryBytes();
        }
        return bytes;
    }

    /** A new batch with the rows {@code selection[0..count)} of this one, in that order. */
    public ColumnBatch gather(int[] selection, int count) {
        ColumnVector[] selected = new ColumnVector[columns.length];
        for (int i = 0; i < columns.length; i++) {
            selected[i] = columns[i].gather(selection, count);
        }
        if (content == Content.SNAPSHOT) {
            return withRefusals(ofSnapshot(schema, selected, count), selection, count);
        }
        byte[] selectedOperations = new byte[count];
        long[] selectedPositions = new long[count];
        for (int i = 0; i < count; i++) {
            selectedOperations[i] = operations[selection[i]];
            selectedPositions[i] = positions[selection[i]];
        }
        return withRefusals(
                ofChanges(schema, selected, selectedOperations, selectedPositions, count), selection, count);
    }

    private ColumnBatch withRefusals(ColumnBatch gathered, int[] selection, int count) {
        if (refusals != null) {
            for (int i = 0; i < count; i++) {
                for (RowRefusal refusal : refusals) {
                    if (refusal.row() == selection[i]) {
                        gathered.addRefusal(refusal.at(i));
                    }
                }
            }
        }
        return gathered;
    }

    private void checkSizes() {
        if (columns.length != schema.width()) {
            throw new IllegalArgumentException("Table " + schema.table() + " has " + schema.width()
                    + " columns, got a batch of " + columns.length + " vectors");
        }
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].size() != rowCount) {
                throw new IllegalArgumentException("Column '" + schema.column(i).name() + "' of " + schema.table()
                        + " has " + columns[i].size() + " rows, expected " + rowCount);
            }
        }
    }
}
