package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/** A filter and a projection over whole batches. */
final class CompiledTransform implements TableTransform {

    private final TableSchema input;
    private final TableSchema output;
    private final Expression[] outputs;
    private final Optional<Expression> filter;
    private final int sharedCount;

    CompiledTransform(
            TableSchema input,
            TableSchema output,
            List<Expression> outputs,
            Optional<Expression> filter,
            int sharedCount) {
        this.input = input;
        this.output = output;
        this.outputs = outputs.toArray(new Expression[0]);
        this.filter = filter;
        this.sharedCount = sharedCount;
    }

    @Override
    public TableSchema input() {
        return input;
    }

    @Override
    public TableSchema output() {
        return output;
    }

    @Override
    public ColumnBatch apply(ColumnBatch batch) {
        requireInput(batch);
        requireNoRefusal(batch);
        return batch.content() == ColumnBatch.Content.SNAPSHOT
                ? snapshot(batch)
                : new ChangeTransform(this, batch, Optional.empty()).run();
    }

    @Override
    public SiftedRows sift(ColumnBatch batch) {
        requireInput(batch);
        if (!input.hasKey()) {
            throw new IllegalArgumentException("Table " + input.table() + " has no key to tell its rows by");
        }
        if (batch.content() == ColumnBatch.Content.CHANGES) {
            RowSieve sieve = new RowSieve(this, batch);
            ChangeTransform changes = new ChangeTransform(this, batch, Optional.of(sieve));
            ColumnBatch rows = changes.run();
            return new SiftedRows(rows, changes.origins(), sieve.refusals());
        }
        if (batch.refusals().isEmpty()) {
            try {
                return new SiftedRows(snapshot(batch), new int[0], List.of());
            } catch (PipelineException failed) {
                if (failed.kind() != ErrorKind.DATA_REFUSED) {
                    throw failed;
                }
                // Some row is at fault: found below.
            }
        }
        RowSieve sieve = new RowSieve(this, batch);
        ColumnBatch good = sieve.siftStates();
        return new SiftedRows(snapshot(good), new int[0], sieve.refusals());
    }

    private void requireInput(ColumnBatch batch) {
        if (batch.schema() != input && !batch.schema().columns().equals(input.columns())) {
            throw new PipelineException(
                    ErrorKind.INTERNAL,
                    input.table(),
                    "Table " + input.table() + ": a batch of schema version "
                            + batch.schema().version() + " came to the transform of version " + input.version(),
                    null);
        }
    }

    static void requireNoRefusal(ColumnBatch batch) {
        List<RowRefusal> refusals = batch.refusals();
        if (!refusals.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.DATA_REFUSED,
                    batch.schema().table(),
                    refusals.get(0).message(),
                    null);
        }
    }

    private ColumnBatch snapshot(ColumnBatch batch) {
        Frame frame = frame(batch);
        if (filter.isPresent()) {
            int[] selection = everyRow(frame.rows());
            frame = frame.select(selection, keptBy(frame, selection, frame.rows()));
        }
        ColumnVector[] columns = new ColumnVector[outputs.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = compute(i, frame);
        }
        return ColumnBatch.ofSnapshot(output, columns, frame.rows());
    }

    static int[] everyRow(int rows) {
        int[] selection = new int[rows];
        for (int i = 0; i < rows; i++) {
            selection[i] = i;
        }
        return selection;
    }

    /** Leaves those of {@code rows[0..count)} that the filter is true for in the front of it, and gives their number. */
    int keptBy(Frame frame, int[] rows, int count) {
        BooleanVector kept = filter(frame.select(rows, count));
        byte[] values = kept.values();
        int rest = 0;
        for (int i = 0; i < count; i++) {
            rows[rest] = rows[i];
            rest += values[i] == 1 && !kept.isNull(i) ? 1 : 0;
        }
        return rest;
    }

    /** The source's columns that the projection reads. */
    BitSet projectionInputs() {
        BitSet inputs = new BitSet();
        for (Expression expression : outputs) {
            expression.addInputs(inputs);
        }
        return inputs;
    }

    int width() {
        return outputs.length;
    }

    Optional<Expression> filter() {
        return filter;
    }

    Expression outputExpression(int column) {
        return outputs[column];
    }

    /** Whether an output column is a column of the source as it is. */
    boolean isPlain(int column) {
        return outputs[column] instanceof ColumnExpression;
    }

    /** The source's column that a plain output column is. */
    int plainIndex(int column) {
        return ((ColumnExpression) outputs[column]).index();
    }

    BitSet keyOutputs() {
        BitSet key = new BitSet();
        for (int index : output.key()) {
            key.set(index);
        }
        return key;
    }

    Frame frame(ColumnBatch batch) {
        return Frame.of(batch.columns(), batch.rowCount(), sharedCount);
    }

    /** The filter's verdict on every row of the frame. */
    BooleanVector filter(Frame frame) {
        try {
            return (BooleanVector) filter.orElseThrow().evaluate(frame);
        } catch (EvaluationException failed) {
            throw failure("filter", failed);
        }
    }

    /** One output column for every row of the frame. */
    ColumnVector compute(int column, Frame frame) {
        try {
            return outputs[column].evaluate(frame);
        } catch (EvaluationException failed) {
            throw failure(where(column), failed);
        }
    }

    private String where(int column) {
        return "column '" + output.column(column).name() + "' of the projection";
    }

    private PipelineException failure(String where, EvaluationException failed) {
        return new PipelineException(ErrorKind.DATA_REFUSED, input.table(), message(where, failed), failed);
    }

    private String message(String where, EvaluationException failed) {
        return "Table " + input.table() + ", " + where + ": " + reason(failed);
    }

    private static String reason(EvaluationException failed) {
        return failed.reason() + "; guard the expression with CASE or NULLIF, CAST to a wider type, or mend the row";
    }

    /** The filter failed on a row. */
    RowRefusal filterRefusal(int row, EvaluationException failed) {
        return new RowRefusal(row, RowRefusal.FILTER, reason(failed), message("filter", failed));
    }

    /** An output column failed on a row. */
    RowRefusal columnRefusal(int column, int row, EvaluationException failed) {
        return new RowRefusal(row, output.column(column).name(), reason(failed), message(where(column), failed));
    }
}
