package io.sluice.incremental.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableSchema;
import org.jspecify.annotations.Nullable;

/** The changes of one table in the open chunk. */
final class TableRows {

    private static final int INITIAL_ROWS = 64;

    private final TableSchema schema;
    private final long coveredBy;
    private final boolean[] isKey;
    private final ValueReader[] readers;
    /** Where each column of the schema stands in the log's rows; set before the first row. */
    private int[] places = new int[0];

    private int expectedColumns;
    private boolean wholeOldRows;
    private @Nullable Relation bound;
    private @Nullable String difference;
    private boolean stopped;
    private @Nullable ColumnBatch batch;
    private long transaction = -1;
    private int transactionStart;
    private boolean skipping;

    /**
     * @param coveredBy transactions that this position covers are not delivered
     */
    TableRows(TableSchema schema, LogSequenceNumber coveredBy) {
        this.schema = schema;
        this.coveredBy = coveredBy.value();
        this.isKey = new boolean[schema.width()];
        for (int index : schema.key()) {
            isKey[index] = true;
        }
        this.readers = new ValueReader[schema.width()];
        for (int i = 0; i < readers.length; i++) {
            readers[i] = ValueReader.of(schema.column(i).type());
        }
    }

    TableSchema schema() {
        return schema;
    }

    long coveredBy() {
        return coveredBy;
    }

    /** Prepares for rows of this shape, which may not be the one that the schema describes. */
    void bind(Relation relation) {
        difference = relation.differenceFrom(schema, bound).orElse(null);
        if (difference != null) {
            return;
        }
        bound = relation;
        places = new int[schema.width()];
        for (int place = 0; place < relation.columns().size(); place++) {
            places[schema.indexOf(relation.columns().get(place).name()).orElseThrow()] = place;
        }
        expectedColumns = relation.columns().size();
        wholeOldRows = relation.fullIdentity();
    }

    /** What is wrong with the rows that come now; null when they fit the schema. */
    @Nullable
    String difference() {
        return difference;
    }

    /** Whether rows of this transaction are to be delivered; called before each row. */
    boolean accepts(long transactionNumber, long commitRecord) {
        if (stopped) {
            return false;
        }
        if (transaction != transactionNumber) {
            transaction = transactionNumber;
            transactionStart = batch == null ? 0 : batch.rowCount();
            // Positions lie between records: a commit record that begins before one also ends at or before it.
            skipping = Long.compareUnsigned(commitRecord, coveredBy) < 0;
        }
        return !skipping;
    }

    /**
     * Delivers nothing from here on and forgets what the open transaction brought.
     *
     * @return how many rows were forgotten
     */
    int stop(long transactionNumber) {
        stopped = true;
        return forget(transactionNumber);
    }

    /** Forgets what the open transaction brought; gives how many rows that were. */
    int forget(long transactionNumber) {
        ColumnBatch open = batch;
        if (open == null || transaction != transactionNumber) {
            return 0;
        }
        int[] kept = new int[transactionStart];
        for (int i = 0; i < transactionStart; i++) {
            kept[i] = i;
        }
        int forgotten = open.rowCount() - transactionStart;
        batch = transactionStart == 0 ? null : open.gather(kept, transactionStart);
        return forgotten;
    }

    boolean isStopped() {
        return stopped;
    }

    boolean hasRows() {
        return batch != null;
    }

    /** Hands the rows over. */
    ColumnBatch take() {
        ColumnBatch taken = open();
        batch = null;
        transactionStart = 0;
        return taken;
    }

    void insert(byte[] data, Tuple row, long position) {
        write(RowOperation.INSERT, data, row, row, position);
    }

    /** An update whose old row the log left out: key and identity are as before. */
    void update(byte[] data, Tuple row, long position) {
        if (!schema.hasKey()) {
            throw withoutOldRow("an update", position);
        }
        write(RowOperation.UPDATE, data, row, row, position);
    }

    /** An update with the old row: its key, or all of it. */
    void update(byte[] data, Tuple old, Tuple row, long position) {
        if (!schema.hasKey()) {
            write(RowOperation.DELETE, data, old, old, position);
            write(RowOperation.INSERT, data, row, old, position);
        } else if (sameKey(data, old, row)) {
            write(RowOperation.UPDATE, data, row, old, position);
        } else {
            writeKey(RowOperation.MOVE_OUT, data, old, position);
            write(RowOperation.MOVE_IN, data, row, old, position);
        }
    }

    void delete(byte[] data, Tuple old, long position) {
        if (schema.hasKey()) {
            writeKey(RowOperation.DELETE, data, old, position);
        } else if (wholeOldRows) {
            write(RowOperation.DELETE, data, old, old, position);
        } else {
            throw withoutOldRow("a delete", position);
        }
    }

    void truncate(long position) {
        ColumnBatch target = open();
        for (ColumnVector column : target.columns()) {
            column.appendNull();
        }
        target.endChange(RowOperation.TRUNCATE, position);
    }

    private boolean sameKey(byte[] data, Tuple old, Tuple row) {
        for (int index : schema.key()) {
            if (!old.sameValue(data, places[index], row)) {
                return false;
            }
        }
        return true;
    }

    /** Appends a row; what it leaves out is taken from {@code previous} where that has it. */
    private void write(byte operation, byte[] data, Tuple row, Tuple previous, long position) {
        requireWidth(row, position);
        ColumnBatch target = open();
        ColumnVector[] columns = target.columns();
        for (int i = 0; i < columns.length; i++) {
            int place = places[i];
            Tuple from = row.kind(place) == Tuple.UNCHANGED && (wholeOldRows || isKey[i]) ? previous : row;
            switch (from.kind(place)) {
                case Tuple.TEXT -> append(i, data, from.start(place), from.length(place), columns[i], position);
                case Tuple.NULL -> columns[i].appendNull();
                default -> columns[i].appendUnavailable();
            }
        }
        target.endChange(operation, position);
    }

    private void writeKey(byte operation, byte[] data, Tuple old, long position) {
        requireWidth(old, position);
        ColumnBatch target = open();
        ColumnVector[] columns = target.columns();
        for (int i = 0; i < columns.length; i++) {
            int place = places[i];
            if (isKey[i] && old.kind(place) == Tuple.TEXT) {
                append(i, data, old.start(place), old.length(place), columns[i], position);
            } else {
                columns[i].appendNull();
            }
        }
        target.endChange(operation, position);
    }

    private void append(int column, byte[] data, int start, int length, ColumnVector vector, long position) {
        try {
            readers[column].append(data, start, length, vector);
        } catch (UnreadableValueException e) {
            refuse(column, vector, position, e);
        }
    }

    /** Readers append last, so that an unreadable value has left nothing in its vector. */
    private void refuse(int column, ColumnVector vector, long position, UnreadableValueException unreadable) {
        String name = schema.column(column).name();
        String type = schema.column(column).nativeType();
        String message = "A value of column '" + name + "' (" + type + ") of table " + schema.table()
                + " in the change at position " + new LogSequenceNumber(position) + " " + unreadable.getMessage()
                + ". Correct the row at the source and snapshot the table again, or leave it out of the pipeline.";
        if (isKey[column] || !schema.hasKey()) {
            throw new PipelineException(ErrorKind.DATA_REFUSED, schema.table(), message, unreadable);
        }
        vector.appendNull();
        open().refuse(
                        name,
                        "The value (" + type + ") " + unreadable.getMessage()
                                + ", so it has no lossless place in the lake. Correct the row at the source, or change the"
                                + " column's type.",
                        message);
    }

    private void requireWidth(Tuple row, long position) {
        if (row.count() != expectedColumns) {
            throw new PipelineException(
                    ErrorKind.INTERNAL,
                    schema.table(),
                    "Expected " + expectedColumns + " columns of table " + schema.table()
                            + " in the change at position " + new LogSequenceNumber(position) + ", got " + row.count(),
                    null);
        }
    }

    private PipelineException withoutOldRow(String change, long position) {
        return new PipelineException(
                ErrorKind.DATA_REFUSED,
                schema.table(),
                "The log has " + change + " of table " + schema.table() + " at position "
                        + new LogSequenceNumber(position) + " without the old row, which a table without a key needs."
                        + " Set REPLICA IDENTITY FULL and snapshot the table again.",
                null);
    }

    private ColumnBatch open() {
        ColumnBatch open = batch;
        if (open == null) {
            open = ColumnBatch.create(schema, ColumnBatch.Content.CHANGES, INITIAL_ROWS);
            batch = open;
        }
        return open;
    }
}
