package io.sluice.incremental.postgres;

/**
 * Reads dates and times as Postgres writes them with {@code DateStyle = ISO} and {@code TimeZone = UTC}: years of four
 * digits or more, a trailing {@code BC} where year 1 BC is year 0 of the proleptic Gregorian calendar.
 */
final class DateTimeText {

    private static final long MICROS_PER_SECOND = 1_000_000L;
    static final long MICROS_PER_DAY = 86_400L * MICROS_PER_SECOND;

    /** 294247-01-10, in whose fifth hour 64 bits of microseconds since 1970 end. */
    private static final long LAST_DAY = Long.MAX_VALUE / MICROS_PER_DAY;

    private DateTimeText() {}

    /** Days since 1970-01-01. */
    static int date(byte[] data, int start, int length) {
        int end = withoutEra(data, start, start + length);
        return (int) days(data, start, end, end != start + length);
    }

    /** Microseconds since midnight of {@code HH:MM:SS[.ffffff]}. */
    static long time(byte[] data, int start, int end) {
        if (end - start < 8 || data[start + 2] != ':' || data[start + 5] != ':') {
            throw unexpected();
        }
        long seconds = number(data, start, start + 2) * 3600L
                + number(data, start + 3, start + 5) * 60L
                + number(data, start + 6, start + 8);
        long micros = 0;
        if (end > start + 8) {
            int digits = end - start - 9;
            if (data[start + 8] != '.' || digits < 1 || digits > 6) {
                throw unexpected();
            }
            micros = number(data, start + 9, end);
            for (int i = digits; i < 6; i++) {
                micros *= 10;
            }
        }
        return seconds * MICROS_PER_SECOND + micros;
    }

    /** Microseconds since 1970-01-01 of {@code YYYY-MM-DD HH:MM:SS[.ffffff][+00][ BC]}. */
    static long timestamp(byte[] data, int start, int length) {
        int end = withoutEra(data, start, start + length);
        boolean beforeChrist = end != start + length;
        int space = start;
        while (space < end && data[space] != ' ') {
            space++;
        }
        long days = days(data, start, space, beforeChrist);
        if (end - 3 > space && data[end - 3] == '+') {
            if (data[end - 2] != '0' || data[end - 1] != '0') {
                throw unexpected();
            }
            end -= 3;
        }
        long midnight = days * MICROS_PER_DAY;
        long micros = midnight + time(data, Math.min(space + 1, end), end);
        if (days > LAST_DAY || micros < midnight) {
            throw new UnreadableValueException("is a timestamp after 294247-01-10, beyond 64 bits of microseconds");
        }
        return micros;
    }

    private static int withoutEra(byte[] data, int start, int end) {
        if (end - start > 3 && data[end - 1] == 'C' && data[end - 2] == 'B' && data[end - 3] == ' ') {
            return end - 3;
        }
        return end;
    }

    private static long days(byte[] data, int start, int end, boolean beforeChrist) {
        if (end > start && (data[start] == 'i' || data[start] == '-')) {
            throw new UnreadableValueException("is infinite, for which the lake's dates and timestamps have no value");
        }
        int yearEnd = end - 6;
        if (yearEnd < start + 4 || data[yearEnd] != '-' || data[yearEnd + 3] != '-') {
            throw unexpected();
        }
        long year = number(data, start, yearEnd);
        int month = number(data, yearEnd + 1, yearEnd + 3);
        int day = number(data, yearEnd + 4, end);
        return epochDay(beforeChrist ? 1 - year : year, month, day);
    }

    /** Days from civil; H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
    private static long epochDay(long year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400L);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468L;
    }

    private static int number(byte[] data, int start, int end) {
        int value = 0;
        for (int i = start; i < end; i++) {
            int digit = data[i] - '0';
            if (digit < 0 || digit > 9) {
                throw unexpected();
            }
            value = value * 10 + digit;
        }
        return value;
    }

    private static UnreadableValueException unexpected() {
        return new UnreadableValueException("is not in the form of a date or time in ISO style and UTC");
    }
}
