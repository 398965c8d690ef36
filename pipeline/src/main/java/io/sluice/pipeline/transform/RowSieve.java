package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.schema.Column;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows of one batch that cannot be transformed: those of which filter or projection read a value that was
 * refused, and those on which an expression fails. Expressions work on whole frames, so a row at fault is found by halving
 * the frame, which costs nothing where none is. Used for one batch and thrown away.
 */
final class RowSieve {

    private final CompiledTransform transform;
    private final ColumnBatch batch;
    private final List<Refused> refused = new ArrayList<>();

    private final List<RowRefusal> refusals = new ArrayList<>();

    /** A refused value by the place of its column. */
    private record Refused(int column, RowRefusal refusal) {}

    RowSieve(CompiledTransform transform, ColumnBatch batch) {
        this.transform = transform;
        this.batch = batch;
        if (!batch.refusals().isEmpty()) {
            List<String> names =
                    transform.input().columns().stream().map(Column::name).toList();
            batch.refusals().forEach(refusal -> refused.add(new Refused(names.indexOf(refusal.column()), refusal)));
        }
    }

    /** What was left out; by rising row, each row once. */
    List<RowRefusal> refusals() {
        return refusals.stream()
                .sorted(Comparator.comparingInt(RowRefusal::row))
                .toList();
    }

    /** How many rows were left out so far; see {@link #leftOutSince}. */
    int leftOut() {
        return refusals.size();
    }

    /** What was left out after so many, in the order of finding. */
    List<RowRefusal> leftOutSince(int before) {
        return List.copyOf(refusals.subList(before, refusals.size()));
    }

    /** Leaves a row out. */
    void leaveOut(RowRefusal refusal) {
        refusals.add(refusal);
    }

    /** Whether any value of the batch was refused that these inputs read. */
    boolean touches(BitSet inputs) {
        for (Refused one : refused) {
            if (inputs.get(one.column())) {
                return true;
            }
        }
        return false;
    }

    /** The first value of a row that was refused and that these inputs read. */
    @Nullable
    RowRefusal refusedValue(BitSet inputs, int row) {
        for (Refused one : refused) {
            if (one.refusal().row() == row && inputs.get(one.column())) {
                return one.refusal();
            }
        }
        return null;
    }

    /** The rows of a snapshot batch that can be transformed, in a batch without refusals; the others are left out. */
    ColumnBatch siftStates() {
        int[] rows = CompiledTransform.everyRow(batch.rowCount());
        int count = rows.length;
        Frame frame = transform.frame(batch);
        if (transform.filter().isPresent()) {
            BitSet inputs = transform.filter().get().inputs();
            count = withoutRefused(inputs, rows, count);
            count = withoutFailing(FILTER, frame, rows, count);
            count = transform.keptBy(frame, rows, count);
        }
        count = withoutRefused(transform.projectionInputs(), rows, count);
        for (int column = 0; column < transform.width(); column++) {
            if (!transform.isPlain(column)) {
                count = withoutFailing(column, frame, rows, count);
            }
        }
        ColumnBatch whole = ColumnBatch.ofSnapshot(batch.schema(), batch.columns(), batch.rowCount());
        return whole.gather(rows, count);
    }

    /** In the place of a column: the filter. */
    static final int FILTER = -1;

    /** As {@link #withoutFailing}, for rows of which these inputs are a refused value. */
    int withoutRefused(BitSet inputs, int[] rows, int count) {
        if (!touches(inputs)) {
            return count;
        }
        int rest = 0;
        for (int i = 0; i < count; i++) {
            RowRefusal value = refusedValue(inputs, rows[i]);
            if (value == null) {
                rows[rest++] = rows[i];
            } else {
                leaveOut(value);
            }
        }
        return rest;
    }

    /**
     * Leaves rows out on which an expression fails, and closes the gaps.
     *
     * @param column of the output, or {@link #FILTER}
     * @return how many of {@code rows[0..count)} are left
     */
    int withoutFailing(int column, Frame frame, int[] rows, int count) {
        if (count == 0) {
            return 0;
        }
        int before = refusals.size();
        find(column, frame, rows, 0, count);
        if (refusals.size() == before) {
            return count;
        }
        BitSet failing = new BitSet();
        refusals.subList(before, refusals.size()).forEach(refusal -> failing.set(refusal.row()));
        int rest = 0;
        for (int i = 0; i < count; i++) {
            if (!failing.get(rows[i])) {
                rows[rest++] = rows[i];
            }
        }
        return rest;
    }

    private void find(int column, Frame frame, int[] rows, int from, int to) {
        int count = to - from;
        int[] part = new int[count];
        System.arraycopy(rows, from, part, 0, count);
        try {
            evaluate(column, frame.select(part, count));
        } catch (EvaluationException failed) {
            if (count == 1) {
                leaveOut(
                        column == FILTER
                                ? transform.filterRefusal(rows[from], failed)
                                : transform.columnRefusal(column, rows[from], failed));
                return;
            }
            int middle = from + count / 2;
            find(column, frame, rows, from, middle);
            find(column, frame, rows, middle, to);
        }
    }

    private void evaluate(int column, Frame frame) {
        if (column == FILTER) {
            transform.filter().orElseThrow().evaluate(frame);
        } else {
            transform.outputExpression(column).evaluate(frame);
        }
    }
}
