package io.sluice.pipeline.transform;

import java.nio.charset.StandardCharsets;

/**
 * Dates, times and timestamps as ISO 8601 text in the form that PostgreSQL prints them. One object holds the place in
 * the text while it is read; it can be used again.
 */
final class TemporalText {

    private final String expected;
    private byte[] text = new byte[0];
    private int at;
    private int end;

    private TemporalText(String expected) {
        this.expected = expected;
    }

    static int parseDate(byte[] data, int start, int length) {
        TemporalText text = new TemporalText("the text is not a date such as 2026-01-31");
        text.begin(data, start, length);
        if (text.isInfinity()) {
            return text.text[text.at] == '-' ? Calendar.DATE_MINUS_INFINITY : Calendar.DATE_INFINITY;
        }
        int days = text.date();
        text.finish();
        return days;
    }

    static long parseTime(byte[] data, int start, int length) {
        TemporalText text = new TemporalText("the text is not a time such as 23:59:59.999999");
        text.begin(data, start, length);
        long micros = text.time();
        text.finish();
        return micros;
    }

    static long parseTimestamp(byte[] data, int start, int length) {
        TemporalText text = new TemporalText("the text is not a timestamp without a zone such as 2026-01-31 23:59:59");
        text.begin(data, start, length);
        if (text.isInfinity()) {
            return text.infinity();
        }
        long micros = text.timestamp();
        text.finish();
        return micros;
    }

    /** Without a zone in the text, UTC. */
    static long parseTimestampTz(byte[] data, int start, int length) {
        TemporalText text = new TemporalText("the text is not a timestamp with a zone such as 2026-01-31 23:59:59+01");
        text.begin(data, start, length);
        if (text.isInfinity()) {
            return text.infinity();
        }
        long micros = text.timestamp();
        micros -= text.offset();
        text.finish();
        return micros;
    }

    private void begin(byte[] data, int start, int length) {
        text = data;
        at = start;
        end = start + length;
        while (at < end && data[at] == ' ') {
            at++;
        }
        while (end > at && data[end - 1] == ' ') {
            end--;
        }
    }

    private void finish() {
        if (at != end) {
            throw refused();
        }
    }

    private boolean isInfinity() {
        if (at >= end || text[at] != '-' && text[at] != 'i' && text[at] != 'I') {
            return false;
        }
        String word = new String(text, at, end - at, StandardCharsets.UTF_8);
        return word.equalsIgnoreCase("infinity") || word.equalsIgnoreCase("-infinity");
    }

    private long infinity() {
        return text[at] == '-' ? Calendar.TIMESTAMP_MINUS_INFINITY : Calendar.TIMESTAMP_INFINITY;
    }

    private EvaluationException refused() {
        return new EvaluationException(expected);
    }

    private int digits(int least, int most) {
        int value = 0;
        int count = 0;
        while (count < most && at < end && text[at] >= '0' && text[at] <= '9') {
            value = value * 10 + text[at++] - '0';
            count++;
        }
        if (count < least) {
            throw refused();
        }
        return value;
    }

    private boolean next(char c) {
        if (at < end && text[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    private void require(boolean ok) {
        if (!ok) {
            throw refused();
        }
    }

    private int date() {
        int year = digits(4, 6);
        require(next('-'));
        int month = digits(1, 2);
        require(next('-'));
        int day = digits(1, 2);
        require(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= Calendar.daysInMonth(year, month));
        return (int) Calendar.days(year, month, day);
    }

    private long time() {
        int hour = digits(1, 2);
        require(next(':'));
        int minute = digits(2, 2);
        int second = 0;
        long micros = 0;
        if (next(':')) {
            second = digits(2, 2);
            if (next('.')) {
                int before = at;
                micros = digits(1, 6);
                for (int count = at - before; count < 6; count++) {
                    micros *= 10;
                }
            }
        }
        require(hour <= 24 && minute < 60 && second < 60 && (hour < 24 || minute == 0 && second == 0 && micros == 0));
        return ((hour * 60L + minute) * 60 + second) * Calendar.MICROS_PER_SECOND + micros;
    }

    private long timestamp() {
        long days = date();
        long micros = 0;
        if (next('T') || at < end - 1 && text[at + 1] >= '0' && text[at + 1] <= '9' && next(' ')) {
            micros = time();
        }
        return days * Calendar.MICROS_PER_DAY + micros;
    }

    private long offset() {
        next(' ');
        if (at == end || next('Z') || next('z')) {
            return 0;
        }
        int sign = next('-') ? -1 : 1;
        if (sign == 1) {
            require(next('+'));
        }
        int hours = digits(2, 2);
        int minutes = 0;
        if (next(':') || at < end) {
            minutes = digits(2, 2);
        }
        require(hours <= 15 && minutes < 60);
        return sign * (hours * 60L + minutes) * 60 * Calendar.MICROS_PER_SECOND;
    }

    static void appendDate(StringBuilder to, int days) {
        if (Calendar.isInfinite(days)) {
            to.append(days < 0 ? "-infinity" : "infinity");
            return;
        }
        appendDay(to, days);
        appendEra(to, days);
    }

    static void appendTime(StringBuilder to, long micros) {
        long seconds = micros / Calendar.MICROS_PER_SECOND;
        appendPadded(to, seconds / 3600, 2);
        to.append(':');
        appendPadded(to, seconds / 60 % 60, 2);
        to.append(':');
        appendPadded(to, seconds % 60, 2);
        long fraction = micros % Calendar.MICROS_PER_SECOND;
        if (fraction != 0) {
            to.append('.');
            appendPadded(to, fraction, 6);
            while (to.charAt(to.length() - 1) == '0') {
                to.setLength(to.length() - 1);
            }
        }
    }

    /** @param zone what stands behind the time, such as {@code "+00"} */
    static void appendTimestamp(StringBuilder to, long micros, String zone) {
        if (Calendar.isInfinite(micros)) {
            to.append(micros < 0 ? "-infinity" : "infinity");
            return;
        }
        long days = Math.floorDiv(micros, Calendar.MICROS_PER_DAY);
        appendDay(to, days);
        to.append(' ');
        appendTime(to, Math.floorMod(micros, Calendar.MICROS_PER_DAY));
        to.append(zone);
        appendEra(to, days);
    }

    private static void appendDay(StringBuilder to, long days) {
        long fields = Calendar.fields(days);
        long year = Calendar.year(fields);
        appendPadded(to, year > 0 ? year : 1 - year, 4);
        to.append('-');
        appendPadded(to, Calendar.month(fields), 2);
        to.append('-');
        appendPadded(to, Calendar.day(fields), 2);
    }

    private static void appendEra(StringBuilder to, long days) {
        if (Calendar.year(Calendar.fields(days)) <= 0) {
            to.append(" BC");
        }
    }

    private static void appendPadded(StringBuilder to, long value, int width) {
        String digits = Long.toString(value);
        for (int i = digits.length(); i < width; i++) {
            to.append('0');
        }
        to.append(digits);
    }
}
