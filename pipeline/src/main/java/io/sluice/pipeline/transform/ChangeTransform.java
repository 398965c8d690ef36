package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * Transforms one batch of changes: decides what becomes of each row, computes columns only for rows that bring a state,
 * and gathers once. Used for one batch and thrown away.
 */
final class ChangeTransform {

    /** The row is left out. */
    private static final byte DROPPED = 0;

    /** A place in a gathered column that has no value. */
    private static final int ABSENT = -1;

    private final CompiledTransform transform;
    private final ColumnBatch batch;
    private final TableSchema input;
    private final int rows;
    private final Frame frame;
    private final UnavailableValues unavailable;
    /** What each row becomes: an operation with flags, or {@link #DROPPED}. */
    private final byte[] verdicts;
    /** Rows that bring a state: upserts, and deletes of a table without a key. */
    private final int[] states;

    private int stateCount;

    /** Where the rows of the result come from. */
    private int[] origins = new int[0];

    /** What is done with rows that cannot be transformed; empty when the batch fails with one. */
    private final Optional<RowSieve> sieve;

    ChangeTransform(CompiledTransform transform, ColumnBatch batch, Optional<RowSieve> sieve) {
        this.transform = transform;
        this.sieve = sieve;
        this.batch = batch;
        this.input = transform.input();
        this.rows = batch.rowCount();
        this.frame = transform.frame(batch);
        this.unavailable = new UnavailableValues(batch);
        this.verdicts = new byte[rows];
        this.states = new int[rows];
    }

    ColumnBatch run() {
        sort();
        if (transform.filter().isPresent()) {
            filter(transform.filter().get());
        }
        sieve.ifPresent(this::leaveOutRefusedValues);
        boolean computed = false;
        for (int column = 0; column < transform.width(); column++) {
            if (!transform.isPlain(column)) {
                computed = true;
                markMixed(transform.outputExpression(column).inputs());
            }
        }
        ColumnVector[] results = new ColumnVector[transform.width()];
        int[][] places = new int[transform.width()][];
        if (computed) {
            compute(results, places);
        }
        return assemble(results, places);
    }

    /** For each row of the result its index in the batch before. */
    int[] origins() {
        return origins;
    }

    /** Tells rows that bring a state from those that only carry a key or nothing. */
    private void sort() {
        byte[] operations = batch.operations();
        boolean keyed = input.hasKey();
        for (int row = 0; row < rows; row++) {
            byte operation = RowOperation.operation(operations[row]);
            verdicts[row] = operation;
            boolean carriesKeyOnly = operation == RowOperation.TRUNCATE
                    || keyed && (operation == RowOperation.DELETE || operation == RowOperation.MOVE_OUT);
            if (!carriesKeyOnly) {
                if (!keyed && operation != RowOperation.INSERT && operation != RowOperation.DELETE) {
                    throw defect(
                            "operation " + operation + " in a table without a key, expected an insert or a delete");
                }
                states[stateCount++] = row;
            }
        }
    }

    private void filter(Expression filter) {
        int[] decidable = new int[stateCount];
        int count = 0;
        BitSet inputs = filter.inputs();
        if (unavailable.in(inputs)) {
            int width = inputs.cardinality();
            for (int i = 0; i < stateCount; i++) {
                int row = states[i];
                int missing = unavailable.count(inputs, row);
                if (missing == 0) {
                    decidable[count++] = row;
                } else {
                    flag(row, missing == width ? RowOperation.IF_PRESENT : RowOperation.REFETCH);
                }
            }
        } else {
            System.arraycopy(states, 0, decidable, 0, stateCount);
            count = stateCount;
        }
        if (sieve.isPresent()) {
            int before = sieve.get().leftOut();
            count = sieve.get().withoutRefused(inputs, decidable, count);
            dropLeftOut(sieve.get(), before);
        }
        if (count > 0 && !filter(decidable, count)) {
            // With the failing rows left out.
            int before = sieve.orElseThrow().leftOut();
            count = sieve.get().withoutFailing(RowSieve.FILTER, frame, decidable, count);
            dropLeftOut(sieve.get(), before);
            if (count > 0 && !filter(decidable, count)) {
                throw defect("the filter failed on all rows together and on none alone");
            }
        }
    }

    /** Drops the rows that the filter is not true for; false when it failed on one that may be left out. */
    private boolean filter(int[] decidable, int count) {
        BooleanVector kept;
        try {
            kept = transform.filter(frame.select(decidable, count));
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.DATA_REFUSED || sieve.isEmpty()) {
                throw e;
            }
            return false;
        }
        byte[] values = kept.values();
        boolean dropped = false;
        for (int i = 0; i < count; i++) {
            if (values[i] != 1 || kept.isNull(i)) {
                drop(decidable[i]);
                dropped = true;
            }
        }
        if (dropped) {
            forgetDropped();
        }
        return true;
    }

    private void forgetDropped() {
        int rest = 0;
        for (int i = 0; i < stateCount; i++) {
            int row = states[i];
            boolean stays = verdicts[row] != DROPPED && (verdicts[row] != RowOperation.DELETE || !input.hasKey());
            states[rest] = row;
            rest += stays ? 1 : 0;
        }
        stateCount = rest;
    }

    private void dropLeftOut(RowSieve leftOut, int before) {
        if (leftOut.leftOut() > before) {
            leftOut.leftOutSince(before).forEach(refusal -> drop(refusal.row()));
            forgetDropped();
        }
    }

    /** Leaves rows out of which the projection reads a refused value. Whether the filter keeps them may be open. */
    private void leaveOutRefusedValues(RowSieve leftOut) {
        BitSet inputs = transform.projectionInputs();
        if (!leftOut.touches(inputs)) {
            return;
        }
        int[] rows = new int[stateCount];
        int count = 0;
        for (int i = 0; i < stateCount; i++) {
            byte verdict = verdicts[states[i]];
            if (RowOperation.has(verdict, RowOperation.IF_PRESENT)) {
                if (leftOut.refusedValue(inputs, states[i]) != null) {
                    flag(states[i], RowOperation.REFETCH);
                }
            } else if (!RowOperation.has(verdict, RowOperation.REFETCH)) {
                rows[count++] = states[i];
            }
        }
        int before = leftOut.leftOut();
        leftOut.withoutRefused(inputs, rows, count);
        dropLeftOut(leftOut, before);
    }

    /** The filter is not true for the row's new state. */
    private void drop(int row) {
        switch (RowOperation.operation(verdicts[row])) {
            case RowOperation.UPDATE -> verdicts[row] = RowOperation.DELETE;
            case RowOperation.MOVE_IN -> {
                if (row == 0 || RowOperation.operation(batch.operation(row - 1)) != RowOperation.MOVE_OUT) {
                    throw defect("a MOVE_IN without its MOVE_OUT before it");
                }
                verdicts[row - 1] = RowOperation.DELETE;
                verdicts[row] = RowOperation.DELETE;
            }
            default -> verdicts[row] = DROPPED;
        }
    }

    /** Rows for which some inputs of a computed column are unavailable and others not must be read again. */
    private void markMixed(BitSet inputs) {
        if (inputs.cardinality() < 2 && !input.key().isEmpty() || !unavailable.in(inputs)) {
            return;
        }
        int width = inputs.cardinality();
        for (int i = 0; i < stateCount; i++) {
            int missing = unavailable.count(inputs, states[i]);
            if (missing != 0 && missing != width) {
                flag(states[i], RowOperation.REFETCH);
            }
        }
    }

    private void flag(int row, byte flag) {
        byte operation = RowOperation.operation(verdicts[row]);
        if (operation != RowOperation.UPDATE && operation != RowOperation.MOVE_IN) {
            throw defect("an unavailable value in operation " + operation + ", expected one only in an update");
        }
        // A row that is read again needs no other mark.
        verdicts[row] = flag == RowOperation.REFETCH
                ? (byte) (operation | RowOperation.REFETCH)
                : (byte) (verdicts[row] | flag);
    }

    /** Computes the computed columns, again without rows that fail when those may be left out. */
    private void compute(ColumnVector[] results, int[][] places) {
        while (true) {
            int[] failed = {ABSENT};
            try {
                computeAll(results, places, failed);
                return;
            } catch (PipelineException e) {
                if (e.kind() != ErrorKind.DATA_REFUSED || sieve.isEmpty() || failed[0] == ABSENT) {
                    throw e;
                }
            }
            leaveOutFailing(sieve.get(), failed[0]);
        }
    }

    /** Leaves out the rows on which a computed column fails that are sure to be in the lake otherwise. */
    private void leaveOutFailing(RowSieve leftOut, int column) {
        BitSet inputs = transform.outputExpression(column).inputs();
        int[] rows = new int[stateCount];
        int count = 0;
        for (int i = 0; i < stateCount; i++) {
            byte flags = (byte) (RowOperation.IF_PRESENT | RowOperation.REFETCH);
            rows[count] = states[i];
            count += !RowOperation.has(verdicts[states[i]], flags) && unavailable.count(inputs, states[i]) == 0 ? 1 : 0;
        }
        int before = leftOut.leftOut();
        leftOut.withoutFailing(column, frame, rows, count);
        if (leftOut.leftOut() == before) {
            throw defect("column '" + transform.output().column(column).name()
                    + "' failed on all rows together and on none alone");
        }
        dropLeftOut(leftOut, before);
    }

    /**
     * Computes the computed columns: first for rows that are sure to be in the lake, then for the others.
     *
     * @param failed gets the column that is being computed for the sure rows
     */
    private void computeAll(ColumnVector[] results, int[][] places, int[] failed) {
        int[] sure = new int[stateCount];
        int[] unsure = new int[stateCount];
        int sureCount = 0;
        int unsureCount = 0;
        for (int i = 0; i < stateCount; i++) {
            byte verdict = verdicts[states[i]];
            if (RowOperation.has(verdict, RowOperation.IF_PRESENT)) {
                unsure[unsureCount++] = states[i];
            } else if (!RowOperation.has(verdict, RowOperation.REFETCH)) {
                sure[sureCount++] = states[i];
            }
        }
        for (int column = 0; column < results.length; column++) {
            if (!transform.isPlain(column)) {
                places[column] = new int[rows];
                Arrays.fill(places[column], ABSENT);
                results[column] =
                        ColumnVector.create(transform.output().column(column).type(), 0);
                failed[0] = column;
                compute(column, sure, sureCount, results, places);
            }
        }
        failed[0] = ABSENT;
        if (unsureCount > 0) {
            computeUnsure(unsure, unsureCount, results, places);
        }
    }

    /**
     * A row that may not be in the lake may fail only because the filter would have kept it out: then the source must
     * tell.
     */
    private void computeUnsure(int[] unsure, int count, ColumnVector[] results, int[][] places) {
        try {
            for (int column = 0; column < results.length; column++) {
                if (!transform.isPlain(column)) {
                    compute(column, unsure, count, results, places);
                }
            }
        } catch (PipelineException failed) {
            if (failed.kind() != ErrorKind.DATA_REFUSED) {
                throw failed;
            }
            for (int i = 0; i < count; i++) {
                flag(unsure[i], RowOperation.REFETCH);
                for (int column = 0; column < results.length; column++) {
                    if (!transform.isPlain(column)) {
                        places[column][unsure[i]] = ABSENT;
                    }
                }
            }
        }
    }

    private void compute(int column, int[] wanted, int wantedCount, ColumnVector[] results, int[][] places) {
        int[] selection = wanted;
        int count = wantedCount;
        BitSet inputs = transform.outputExpression(column).inputs();
        if (unavailable.in(inputs)) {
            selection = new int[wantedCount];
            count = 0;
            for (int i = 0; i < wantedCount; i++) {
                selection[count] = wanted[i];
                count += unavailable.count(inputs, wanted[i]) == 0 ? 1 : 0;
            }
        }
        if (count == 0) {
            return;
        }
        ColumnVector part = transform.compute(column, frame.select(selection, count));
        int first = results[column].size();
        if (first == 0) {
            results[column] = part;
        } else {
            ColumnVector both = ColumnVector.create(part.type(), first + count);
            both.appendAll(results[column]);
            both.appendAll(part);
            results[column] = both;
        }
        for (int i = 0; i < count; i++) {
            places[column][selection[i]] = first + i;
        }
    }

    private ColumnBatch assemble(ColumnVector[] results, int[][] places) {
        int[] kept = new int[rows];
        int[] keptStates = new int[rows];
        int count = 0;
        boolean keyOnly = false;
        boolean keyed = input.hasKey();
        for (int row = 0; row < rows; row++) {
            byte operation = RowOperation.operation(verdicts[row]);
            if (operation != DROPPED) {
                boolean withoutState = operation == RowOperation.TRUNCATE
                        || keyed && (operation == RowOperation.DELETE || operation == RowOperation.MOVE_OUT);
                keyOnly |= withoutState;
                kept[count] = row;
                keptStates[count] = withoutState ? ABSENT : row;
                count++;
            }
        }
        BitSet key = transform.keyOutputs();
        ColumnVector[] columns = new ColumnVector[results.length];
        for (int column = 0; column < columns.length; column++) {
            if (!transform.isPlain(column)) {
                columns[column] = computed(results[column], places[column], kept, count);
                continue;
            }
            ColumnVector plain = frame.column(transform.plainIndex(column));
            boolean everyRow = count == rows;
            if (everyRow && (key.get(column) || !keyOnly || areNull(plain, kept, keptStates, count))) {
                columns[column] = plain;
            } else {
                columns[column] = plain.gather(key.get(column) ? kept : keptStates, count);
            }
        }
        byte[] operations = new byte[count];
        long[] positions = new long[count];
        long[] from = batch.positions();
        for (int i = 0; i < count; i++) {
            operations[i] = verdicts[kept[i]];
            positions[i] = from[kept[i]];
        }
        origins = kept;
        return ColumnBatch.ofChanges(transform.output(), columns, operations, positions, count);
    }

    /** Whether the rows that carry no state are null in the column already. */
    private static boolean areNull(ColumnVector column, int[] kept, int[] keptStates, int count) {
        for (int i = 0; i < count; i++) {
            if (keptStates[i] == ABSENT && !column.isNull(kept[i])) {
                return false;
            }
        }
        return true;
    }

    /** The computed values in their rows; unavailable where the row brings a state but the value was not computed. */
    private ColumnVector computed(ColumnVector values, int[] places, int[] kept, int count) {
        int[] selection = new int[count];
        boolean dense = values.size() == count;
        for (int i = 0; i < count; i++) {
            selection[i] = places[kept[i]];
            dense &= selection[i] == i;
        }
        if (dense) {
            return values;
        }
        ColumnVector result = values.gather(selection, count);
        for (int i = 0; i < count; i++) {
            if (selection[i] == ABSENT && RowOperation.isUpsert(verdicts[kept[i]])) {
                result.setUnavailable(i);
            }
        }
        return result;
    }

    private PipelineException defect(String found) {
        return new PipelineException(
                ErrorKind.INTERNAL, input.table(), "Table " + input.table() + ", a batch of changes: " + found, null);
    }
}
