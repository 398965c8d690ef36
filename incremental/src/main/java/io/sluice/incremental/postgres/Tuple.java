package io.sluice.incremental.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.util.Arrays;

/** Where the values of one row version stand within a message. Used again for every row. */
final class Tuple {

    static final byte NULL = 'n';
    static final byte UNCHANGED = 'u';
    static final byte TEXT = 't';

    private byte[] kinds = new byte[16];
    private int[] starts = new int[16];
    private int[] lengths = new int[16];
    private int count;

    /** Reads a {@code TupleData} at {@code at}; gives the offset behind it. */
    int read(byte[] data, int at) {
        count = Bytes.int16(data, at);
        int position = at + 2;
        if (count > kinds.length) {
            kinds = Arrays.copyOf(kinds, count);
            starts = Arrays.copyOf(starts, count);
            lengths = Arrays.copyOf(lengths, count);
        }
        for (int i = 0; i < count; i++) {
            byte kind = data[position++];
            kinds[i] = kind;
            if (kind == TEXT) {
                int length = Bytes.int32(data, position);
                starts[i] = position + 4;
                lengths[i] = length;
                position += 4 + length;
            } else if (kind != NULL && kind != UNCHANGED) {
                throw new PipelineException(
                        ErrorKind.INTERNAL, "Expected a value of kind n, u or t in the log, got '" + (char) kind + "'");
            }
        }
        return position;
    }

    int count() {
        return count;
    }

    byte kind(int column) {
        return kinds[column];
    }

    int start(int column) {
        return starts[column];
    }

    int length(int column) {
        return lengths[column];
    }

    /** Whether both hold the same value of a column; an unchanged one counts as the same. */
    boolean sameValue(byte[] data, int column, Tuple other) {
        if (kinds[column] == UNCHANGED || other.kinds[column] == UNCHANGED) {
            return true;
        }
        if (kinds[column] != other.kinds[column]) {
            return false;
        }
        return kinds[column] == NULL
                || Arrays.equals(
                        data,
                        starts[column],
                        starts[column] + lengths[column],
                        data,
                        other.starts[column],
                        other.starts[column] + other.lengths[column]);
    }
}
