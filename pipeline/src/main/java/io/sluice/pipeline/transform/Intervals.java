package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.apache.calcite.avatica.util.TimeUnit;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.parser.SqlParserPos;

/** INTERVAL literals beside a date, time or timestamp. */
final class Intervals {

    private static final List<TimeUnit> YEAR_TO_MONTH = List.of(TimeUnit.YEAR, TimeUnit.MONTH);
    private static final List<TimeUnit> DAY_TO_SECOND =
            List.of(TimeUnit.DAY, TimeUnit.HOUR, TimeUnit.MINUTE, TimeUnit.SECOND);

    private Intervals() {}

    /** @param sign 1 to add, -1 to subtract */
    static Expression add(Expression value, SqlIntervalLiteral literal, int sign) {
        SqlParserPos position = literal.getParserPosition();
        SqlIntervalLiteral.IntervalValue interval =
                (SqlIntervalLiteral.IntervalValue) Objects.requireNonNull(literal.getValue());
        SqlIntervalQualifier qualifier = interval.getIntervalQualifier();
        long months;
        long micros;
        try {
            String text = interval.getIntervalLiteral().strip();
            int whole = sign * interval.getSign() * (text.startsWith("-") ? -1 : 1);
            String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
            months = Math.multiplyExact(whole, amount(digits, qualifier, YEAR_TO_MONTH));
            micros = Math.multiplyExact(whole, amount(digits, qualifier, DAY_TO_SECOND));
        } catch (ArithmeticException | NumberFormatException malformed) {
            throw new BindingException(
                    position, "the text of the interval is not of the form " + qualifier + ", or too large");
        }
        return switch (value.type().kind()) {
            case DATE -> {
                if (micros % Calendar.MICROS_PER_DAY != 0) {
                    throw new BindingException(
                            position, "a DATE plus hours, minutes or seconds: CAST the DATE to TIMESTAMP first");
                }
                yield Call.strictFallible(
                        DataType.DATE, DateKernels.addToDate(months, micros / Calendar.MICROS_PER_DAY), value);
            }
            case TIMESTAMP, TIMESTAMP_TZ ->
                Call.strictFallible(value.type(), DateKernels.addToTimestamp(months, micros), value);
            case TIME -> {
                if (months != 0) {
                    throw new BindingException(position, "months and years cannot be added to a TIME");
                }
                yield Call.strict(DataType.TIME, DateKernels.addToTime(micros), value);
            }
            default ->
                throw new BindingException(
                        position,
                        "an INTERVAL can only be added to or subtracted from a date, time or timestamp, got "
                                + value.type());
        };
    }

    /** The part of the interval that is made of these units, in months or microseconds; 0 when none is. */
    private static long amount(String text, SqlIntervalQualifier qualifier, List<TimeUnit> family) {
        TimeUnit start = qualifier.getStartUnit();
        TimeUnit end = qualifier.getEndUnit() == null ? start : qualifier.getEndUnit();
        boolean monthFamily = family == YEAR_TO_MONTH;
        if (start == TimeUnit.WEEK || start == TimeUnit.QUARTER) {
            return (start == TimeUnit.QUARTER) == monthFamily
                    ? Math.multiplyExact(Long.parseLong(text), monthFamily ? 3 : 7 * Calendar.MICROS_PER_DAY)
                    : 0;
        }
        if (!family.contains(start)) {
            return 0;
        }
        List<TimeUnit> units = new ArrayList<>(family.subList(family.indexOf(start), family.indexOf(end) + 1));
        String[] parts = text.split("[-: ]");
        if (parts.length != units.size()) {
            throw new NumberFormatException();
        }
        long total = 0;
        for (int i = 0; i < parts.length; i++) {
            total = Math.addExact(total, amount(parts[i], units.get(i)));
        }
        return total;
    }

    private static long amount(String digits, TimeUnit unit) {
        if (digits.isEmpty() || !digits.toLowerCase(Locale.ROOT).matches("[0-9]+(\\.[0-9]+)?")) {
            throw new NumberFormatException();
        }
        return switch (unit) {
            case YEAR -> Math.multiplyExact(Long.parseLong(digits), 12);
            case MONTH -> Long.parseLong(digits);
            case DAY -> Math.multiplyExact(Long.parseLong(digits), Calendar.MICROS_PER_DAY);
            case HOUR -> Math.multiplyExact(Long.parseLong(digits), 3600 * Calendar.MICROS_PER_SECOND);
            case MINUTE -> Math.multiplyExact(Long.parseLong(digits), 60 * Calendar.MICROS_PER_SECOND);
            default -> new BigDecimal(digits).movePointRight(6).longValueExact();
        };
    }
}
