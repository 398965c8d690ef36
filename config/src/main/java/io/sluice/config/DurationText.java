package io.sluice.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them: {@code 500ms}, {@code 10s}, {@code 1m30s}, {@code 2h}, {@code 1d}, or ISO-8601. */
final class DurationText {

    static final String PATTERN = "^(([0-9]+ ?(ms|s|m|h|d) ?)+|P(T?[0-9.]+[DHMS])+)$";

    private static final Pattern SHORT = Pattern.compile("([0-9]{1,12} ?(ms|s|m|h|d) ?)+");
    private static final Pattern PART = Pattern.compile("([0-9]+) ?(ms|s|m|h|d)");

    private DurationText() {}

    /** @throws IllegalArgumentException when the text is neither form; the message does not repeat the text */
    static Duration parse(String text) {
        try {
            if (text.startsWith("P")) {
                return Duration.parse(text);
            }
            if (SHORT.matcher(text).matches()) {
                return parts(text);
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            // Told below: the parser's own words would repeat the text.
        }
        throw new IllegalArgumentException(
                "is not a duration: write a number and its unit (ms, s, m, h, d), such as 10s or 500ms, or ISO-8601 such as PT10S");
    }

    private static Duration parts(String text) {
        Duration sum = Duration.ZERO;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            long amount = Long.parseLong(part.group(1));
            sum = sum.plus(
                    switch (part.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        case "h" -> Duration.ofHours(amount);
                        default -> Duration.ofDays(amount);
                    });
        }
        return sum;
    }

    /** The short form, which {@link #parse} reads back: {@code 1m30s}. */
    static String print(Duration duration) {
        if (duration.isZero()) {
            return "0s";
        }
        if (duration.toMillisPart() * 1_000_000 != duration.toNanosPart()) {
            return duration.toString();
        }
        StringBuilder text = new StringBuilder();
        append(text, duration.toDaysPart(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private static void append(StringBuilder text, long amount, String unit) {
        if (amount != 0) {
            text.append(amount).append(unit);
        }
    }
}
