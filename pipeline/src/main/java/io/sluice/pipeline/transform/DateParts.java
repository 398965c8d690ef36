package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.DataType.Kind;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * EXTRACT and DATE_TRUNC, with PostgreSQL's meaning of every field: weeks are ISO weeks, DOW counts from Sunday as 0,
 * seconds have fractions. A timestamp with a zone is taken apart in UTC.
 */
final class DateParts {

    /** What can be extracted. */
    enum Part {
        YEAR,
        QUARTER,
        MONTH,
        WEEK,
        DAY,
        DOW,
        ISODOW,
        DOY,
        ISOYEAR,
        HOUR,
        MINUTE,
        SECOND,
        MILLISECOND,
        MICROSECOND,
        EPOCH;

        boolean isOfTime() {
            return switch (this) {
                case HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND, EPOCH -> true;
                default -> false;
            };
        }

        static Optional<Part> of(String name) {
            String word = name.toUpperCase(Locale.ROOT);
            return Arrays.stream(values())
                    .filter(part -> part.name().equals(word) || (part.name() + "S").equals(word))
                    .findFirst();
        }
    }

    private static final DataType SECONDS = DataType.decimal(8, 6);
    private static final DataType MILLISECONDS = DataType.decimal(8, 3);
    private static final DataType EPOCH = DataType.decimal(20, 6);

    private DateParts() {}

    /** @return empty when the type has no such part */
    static Optional<Expression> extract(Part part, Expression value) {
        Kind kind = value.type().kind();
        boolean known = switch (kind) {
            case DATE -> !part.isOfTime() || part == Part.EPOCH;
            case TIME -> part.isOfTime();
            case TIMESTAMP, TIMESTAMP_TZ -> true;
            default -> false;
        };
        if (!known) {
            return Optional.empty();
        }
        DataType type = switch (part) {
            case SECOND -> SECONDS;
            case MILLISECOND -> MILLISECONDS;
            case EPOCH -> EPOCH;
            default -> DataType.INT64;
        };
        return Optional.of(Call.strictFallible(type, (in, out, rows) -> extract(part, kind, in[0], out, rows), value));
    }

    private static void extract(Part part, Kind kind, ColumnVector in, ColumnVector out, int rows) {
        DecimalKernels.Output wide = part == Part.EPOCH ? new DecimalKernels.Output(out, EPOCH) : null;
        for (int i = 0; i < rows; i++) {
            if (out.isNull(i)) {
                continue;
            }
            long days;
            long time;
            if (kind == Kind.DATE) {
                days = ((IntVector) in).values()[i];
                time = 0;
                if (Calendar.isInfinite((int) days)) {
                    throw infinite();
                }
            } else {
                long micros = ((LongVector) in).values()[i];
                if (kind != Kind.TIME && Calendar.isInfinite(micros)) {
                    throw infinite();
                }
                days = kind == Kind.TIME ? 0 : Math.floorDiv(micros, Calendar.MICROS_PER_DAY);
                time = kind == Kind.TIME ? micros : Math.floorMod(micros, Calendar.MICROS_PER_DAY);
            }
            if (wide != null) {
                long low = days * Calendar.MICROS_PER_DAY;
                long high = Math.multiplyHigh(days, Calendar.MICROS_PER_DAY);
                long sum = low + time;
                wide.set(i, true, high + (Long.compareUnsigned(sum, low) < 0 ? 1 : 0), sum);
            } else {
                ((LongVector) out).values()[i] = part(part, days, time);
            }
        }
    }

    private static EvaluationException infinite() {
        return new EvaluationException("an infinite date or timestamp has no parts");
    }

    private static long part(Part part, long days, long time) {
        long fields = Calendar.fields(days);
        return switch (part) {
            // There is no year 0: the one before 1 is -1.
            case YEAR -> Calendar.year(fields) > 0 ? Calendar.year(fields) : Calendar.year(fields) - 1;
            case QUARTER -> (Calendar.month(fields) + 2) / 3;
            case MONTH -> Calendar.month(fields);
            case DAY -> Calendar.day(fields);
            case DOW -> Calendar.isoDayOfWeek(days) % 7;
            case ISODOW -> Calendar.isoDayOfWeek(days);
            case DOY -> days - Calendar.days(Calendar.year(fields), 1, 1) + 1;
            case WEEK -> (thursday(days) - Calendar.days(Calendar.year(Calendar.fields(thursday(days))), 1, 1)) / 7 + 1;
            case ISOYEAR -> {
                long year = Calendar.year(Calendar.fields(thursday(days)));
                yield year > 0 ? year : year - 1;
            }
            case HOUR -> time / 3_600_000_000L;
            case MINUTE -> time / 60_000_000L % 60;
            case SECOND, MILLISECOND, MICROSECOND, EPOCH -> time % 60_000_000L;
        };
    }

    /** The Thursday of the same ISO week, whose year is the week's. */
    private static long thursday(long days) {
        return days + 4 - Calendar.isoDayOfWeek(days);
    }

    /** DATE_TRUNC of a timestamp, or of a date to days and longer. */
    static Optional<Expression> truncate(String unit, Expression value) {
        Kind kind = value.type().kind();
        String word = unit.toUpperCase(Locale.ROOT);
        long step = switch (word) {
            case "HOUR" -> 3_600_000_000L;
            case "MINUTE" -> 60_000_000L;
            case "SECOND" -> 1_000_000L;
            case "MILLISECOND", "MILLISECONDS" -> 1_000L;
            case "YEAR", "QUARTER", "MONTH", "WEEK", "DAY" -> Calendar.MICROS_PER_DAY;
            default -> 0;
        };
        boolean byDay = step == Calendar.MICROS_PER_DAY;
        if (step == 0 || !(kind == Kind.TIMESTAMP || kind == Kind.TIMESTAMP_TZ || kind == Kind.DATE && byDay)) {
            return Optional.empty();
        }
        if (kind == Kind.DATE) {
            return Optional.of(Call.strict(
                    value.type(),
                    (in, out, rows) -> {
                        int[] from = ((IntVector) in[0]).values();
                        int[] to = ((IntVector) out).values();
                        for (int i = 0; i < rows; i++) {
                            to[i] = Calendar.isInfinite(from[i]) ? from[i] : (int) truncateDay(word, from[i]);
                        }
                    },
                    value));
        }
        return Optional.of(Call.strict(
                value.type(),
                (in, out, rows) -> {
                    long[] from = ((LongVector) in[0]).values();
                    long[] to = ((LongVector) out).values();
                    for (int i = 0; i < rows; i++) {
                        if (Calendar.isInfinite(from[i])) {
                            to[i] = from[i];
                        } else if (byDay) {
                            long day = Math.floorDiv(from[i], Calendar.MICROS_PER_DAY);
                            to[i] = truncateDay(word, day) * Calendar.MICROS_PER_DAY;
                        } else {
                            to[i] = from[i] - Math.floorMod(from[i], step);
                        }
                    }
                },
                value));
    }

    private static long truncateDay(String unit, long day) {
        long fields = Calendar.fields(day);
        return switch (unit) {
            case "YEAR" -> Calendar.days(Calendar.year(fields), 1, 1);
            case "QUARTER" -> Calendar.days(Calendar.year(fields), (Calendar.month(fields) - 1) / 3 * 3 + 1, 1);
            case "MONTH" -> Calendar.days(Calendar.year(fields), Calendar.month(fields), 1);
            case "WEEK" -> day + 1 - Calendar.isoDayOfWeek(day);
            default -> day;
        };
    }
}
