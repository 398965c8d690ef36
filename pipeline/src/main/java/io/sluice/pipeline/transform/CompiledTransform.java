package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
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
        if (batch.schema() != input && !batch.schema().columns().equals(input.columns())) {
            throw new PipelineException(
                    ErrorKind.INTERNAL,
                    input.table(),
                    "Table " + input.table() + ": a batch of schema version "
                            + batch.schema().version() + " came to the transform of version " + input.version(),
                    null);
        }
        return batch.content() == ColumnBatch.Content.SNAPSHOT
                ? snapshot(batch)
                : new ChangeTransform(this, batch).run();
    }

    private ColumnBatch snapshot(ColumnBatch batch) {
        Frame frame = Frame.of(batch.columns(), batch.rowCount(), sharedCount);
        if (filter.isPresent()) {
            BooleanVector kept = filter(frame);
            byte[] values = kept.values();
            int[] selection = new int[frame.rows()];
            int count = 0;
            for (int i = 0; i < frame.rows(); i++) {
                selection[count] = i;
                count += values[i] == 1 && !kept.isNull(i) ? 1 : 0;
            }
            frame = frame.select(selection, count);
        }
        ColumnVector[] columns = new ColumnVector[outputs.length];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = compute(i, frame);
        }
        return ColumnBatch.ofSnapshot(output, columns, frame.rows());
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
            throw refused("filter", failed);
        }
    }

    /** One output column for every row of the frame. */
    ColumnVector compute(int column, Frame frame) {
        try {
            return outputs[column].evaluate(frame);
        } catch (EvaluationException failed) {
            throw refused("column '" + output.column(column).name() + "' of the projection", failed);
        }
    }

    private PipelineException refused(String where, EvaluationException failed) {
        return new PipelineException(
                ErrorKind.DATA_REFUSED,
                input.table(),
                "Table " + input.table() + ", " + where + ": " + failed.reason()
                        + "; guard the expression with CASE or NULLIF, CAST to a wider type, or mend the row",
                failed);
    }
}
