package io.sluice.pipeline.transform;

/**
 * The proleptic Gregorian calendar on days since 1970-01-01, without objects. Algorithms {@code days_from_civil} and
 * {@code civil_from_days} by Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */
final class Calendar {

    static final long MICROS_PER_SECOND = 1_000_000L;
    static final long MICROS_PER_DAY = 86_400L * MICROS_PER_SECOND;

    /** How "infinity" and "-infinity" stand in a DATE. */
    static final int DATE_INFINITY = Integer.MAX_VALUE;

    static final int DATE_MINUS_INFINITY = Integer.MIN_VALUE;

    /** How "infinity" and "-infinity" stand in a TIMESTAMP or TIMESTAMP_TZ. */
    static final long TIMESTAMP_INFINITY = Long.MAX_VALUE;

    static final long TIMESTAMP_MINUS_INFINITY = Long.MIN_VALUE;

    private Calendar() {}

    static boolean isInfinite(int days) {
        return days == DATE_INFINITY || days == DATE_MINUS_INFINITY;
    }

    static boolean isInfinite(long micros) {
        return micros == TIMESTAMP_INFINITY || micros == TIMESTAMP_MINUS_INFINITY;
    }

    /** Days since 1970-01-01. */
    static long days(long year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400L);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }

    /** Year, month and day in one number, see {@link #year}, {@link #month} and {@link #day}. */
    static long fields(long days) {
        long z = days + 719_468;
        long era = Math.floorDiv(z, 146_097L);
        long dayOfEra = z - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long shifted = (5 * dayOfYear + 2) / 153;
        long day = dayOfYear - (153 * shifted + 2) / 5 + 1;
        long month = shifted < 10 ? shifted + 3 : shifted - 9;
        long year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return year << 16 | month << 8 | day;
    }

    static long year(long fields) {
        return fields >> 16;
    }

    static int month(long fields) {
        return (int) (fields >> 8 & 0xFF);
    }

    static int day(long fields) {
        return (int) (fields & 0xFF);
    }

    static int daysInMonth(long year, int month) {
        return switch (month) {
            case 2 -> (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /** The day in a month that is {@code months} later; a day that the month does not have becomes its last. */
    static long addMonths(long days, long months) {
        long fields = fields(days);
        long month = year(fields) * 12 + month(fields) - 1 + months;
        long year = Math.floorDiv(month, 12L);
        int monthOfYear = Math.floorMod(month, 12) + 1;
        return days(year, monthOfYear, Math.min(day(fields), daysInMonth(year, monthOfYear)));
    }

    /** Monday is 1, Sunday is 7. */
    static int isoDayOfWeek(long days) {
        return Math.floorMod(days + 3, 7) + 1;
    }
}
