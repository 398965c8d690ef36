package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.Optional;

/**
 * Casts between dates, times and timestamps, and date arithmetic. A timestamp with a zone is taken apart in UTC.
 * Infinite dates and timestamps stay infinite.
 */
final class DateKernels {

    private DateKernels() {}

    static EvaluationException outOfRange() {
        return new EvaluationException("the date or timestamp is out of range");
    }

    /** A cast between two different temporal types; empty when there is none. */
    static Optional<Expression> cast(Expression value, DataType target) {
        Kind source = value.type().kind();
        boolean fromTimestamp = source == Kind.TIMESTAMP || source == Kind.TIMESTAMP_TZ;
        boolean toTimestamp = target.kind() == Kind.TIMESTAMP || target.kind() == Kind.TIMESTAMP_TZ;
        if (fromTimestamp && toTimestamp) {
            return Optional.of(Call.strict(target, DateKernels::sameMicros, value));
        }
        if (fromTimestamp && target.kind() == Kind.DATE) {
            return Optional.of(Call.strictFallible(target, DateKernels::toDate, value));
        }
        if (fromTimestamp && target.kind() == Kind.TIME) {
            return Optional.of(Call.strictFallible(target, DateKernels::toTime, value));
        }
        if (source == Kind.DATE && toTimestamp) {
            return Optional.of(Call.strictFallible(target, DateKernels::toTimestamp, value));
        }
        return Optional.empty();
    }

    private static void sameMicros(ColumnVector[] in, ColumnVector out, int rows) {
        System.arraycopy(((LongVector) in[0]).values(), 0, ((LongVector) out).values(), 0, rows);
    }

    private static void toDate(ColumnVector[] in, ColumnVector out, int rows) {
        long[] from = ((LongVector) in[0]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (Calendar.isInfinite(from[i])) {
                to[i] = from[i] < 0 ? Calendar.DATE_MINUS_INFINITY : Calendar.DATE_INFINITY;
            } else {
                to[i] = (int) Math.floorDiv(from[i], Calendar.MICROS_PER_DAY);
            }
        }
    }

    private static void toTime(ColumnVector[] in, ColumnVector out, int rows) {
        long[] from = ((LongVector) in[0]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (Calendar.isInfinite(from[i]) && !out.isNull(i)) {
                throw outOfRange();
            }
            to[i] = Math.floorMod(from[i], Calendar.MICROS_PER_DAY);
        }
    }

    private static void toTimestamp(ColumnVector[] in, ColumnVector out, int rows) {
        int[] from = ((IntVector) in[0]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            to[i] = midnight(from[i], out, i);
        }
    }

    private static long midnight(int days, ColumnVector out, int row) {
        if (Calendar.isInfinite(days)) {
            return days < 0 ? Calendar.TIMESTAMP_MINUS_INFINITY : Calendar.TIMESTAMP_INFINITY;
        }
        long micros = days * Calendar.MICROS_PER_DAY;
        if (Math.multiplyHigh(days, Calendar.MICROS_PER_DAY) != micros >> 63 && !out.isNull(row)) {
            throw outOfRange();
        }
        return micros;
    }

    /** DATE plus months and days. */
    static Call.Kernel addToDate(long months, long days) {
        return (in, out, rows) -> {
            int[] from = ((IntVector) in[0]).values();
            int[] to = ((IntVector) out).values();
            for (int i = 0; i < rows; i++) {
                if (Calendar.isInfinite(from[i])) {
                    to[i] = from[i];
                    continue;
                }
                long result = (months == 0 ? from[i] : Calendar.addMonths(from[i], months)) + days;
                if (((int) result != result || Calendar.isInfinite((int) result)) && !out.isNull(i)) {
                    throw outOfRange();
                }
                to[i] = (int) result;
            }
        };
    }

    /** TIMESTAMP plus months and microseconds. */
    static Call.Kernel addToTimestamp(long months, long micros) {
        return (in, out, rows) -> {
            long[] from = ((LongVector) in[0]).values();
            long[] to = ((LongVector) out).values();
            for (int i = 0; i < rows; i++) {
                long start = from[i];
                if (Calendar.isInfinite(start)) {
                    to[i] = start;
                    continue;
                }
                if (months != 0) {
                    long day = Math.floorDiv(start, Calendar.MICROS_PER_DAY);
                    long time = Math.floorMod(start, Calendar.MICROS_PER_DAY);
                    long moved = Calendar.addMonths(day, months);
                    start = moved * Calendar.MICROS_PER_DAY;
                    if (Math.multiplyHigh(moved, Calendar.MICROS_PER_DAY) != start >> 63 && !out.isNull(i)) {
                        throw outOfRange();
                    }
                    start += time;
                }
                long result = start + micros;
                if ((((start ^ result) & (micros ^ result)) < 0 || Calendar.isInfinite(result)) && !out.isNull(i)) {
                    throw outOfRange();
                }
                to[i] = result;
            }
        };
    }

    /** TIME plus microseconds, around midnight. */
    static Call.Kernel addToTime(long micros) {
        return (in, out, rows) -> {
            long[] from = ((LongVector) in[0]).values();
            long[] to = ((LongVector) out).values();
            for (int i = 0; i < rows; i++) {
                to[i] = Math.floorMod(from[i] + micros % Calendar.MICROS_PER_DAY, Calendar.MICROS_PER_DAY);
            }
        };
    }

    /** DATE minus DATE, in days. */
    static void daysBetween(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            long result = (long) a[i] - b[i];
            boolean bad = Calendar.isInfinite(a[i]) || Calendar.isInfinite(b[i]) || (int) result != result;
            if (bad && !out.isNull(i)) {
                throw outOfRange();
            }
            to[i] = (int) result;
        }
    }
}
