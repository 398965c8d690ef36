package io.sluice.service.console;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
public final class Amounts {

    private static final String[] UNITS = {"", "k", "M", "G", "T", "P"};
    private static final double STEP = 1000;

    private Amounts() {}

    /** {@code 999}, {@code 1.2k}, {@code 34k}, {@code 5.6M}: at most four characters below 10^18. */
    public static String count(double amount) {
        int unit = 0;
        double value = Math.max(0, amount);
        // 999.5 would be printed as 1000.
        while (value >= STEP - 0.5 && unit < UNITS.length - 1) {
            value /= STEP;
            unit++;
        }
        boolean fraction = unit > 0 && value < 9.95;
        return String.format(Locale.ROOT, fraction ? "%.1f%s" : "%.0f%s", value, UNITS[unit]);
    }

    /** With thousands apart: {@code 6 001 215}. */
    public static String exact(long amount) {
        return String.format(Locale.ROOT, "%,d", amount).replace(',', ' ');
    }

    /** {@code 12 kB}, {@code 3.4 MB}, in powers of 1000. */
    public static String bytes(double amount) {
        String text = count(amount);
        char last = text.charAt(text.length() - 1);
        return Character.isDigit(last) ? text + " B" : text.substring(0, text.length() - 1) + " " + last + "B";
    }

    /** {@code 45s}, {@code 3m05s}, {@code 2h10m}. */
    public static String duration(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        return seconds < 3600
                ? String.format(Locale.ROOT, "%dm%02ds", seconds / 60, seconds % 60)
                : String.format(Locale.ROOT, "%dh%02dm", seconds / 3600, seconds / 60 % 60);
    }

    /** {@code 0.4s}, {@code 12s}, {@code 3m05s}. */
    public static String lag(double seconds) {
        return seconds < 10
                ? String.format(Locale.ROOT, "%.1fs", Math.max(0, seconds))
                : duration(Duration.ofMillis((long) (seconds * 1000)));
    }
}
