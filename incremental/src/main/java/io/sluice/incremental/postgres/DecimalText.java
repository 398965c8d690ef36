package io.sluice.incremental.postgres;

/** What the two readers of {@code numeric} text, such as {@code -12.30}, share. */
final class DecimalText {

    private DecimalText() {}

    /** Whether a minus comes first; refuses what is not a finite number. */
    static boolean isNegative(byte[] data, int start, int length) {
        if (length == 0) {
            throw notNumeric();
        }
        byte first = data[start];
        if (first == 'N') {
            throw new UnreadableValueException("is NaN, which a decimal of the lake cannot hold");
        }
        if (first == 'I' || first == '-' && length > 1 && data[start + 1] == 'I') {
            throw new UnreadableValueException("is infinite, which a decimal of the lake cannot hold");
        }
        return first == '-';
    }

    /** Where the point is; {@code end} when there is none. */
    static int point(byte[] data, int first, int end) {
        for (int i = first; i < end; i++) {
            if (data[i] == '.') {
                return i;
            }
        }
        return end;
    }

    /**
     * How many digits make the unscaled value: those before the point and {@code scale} behind it. Refuses a value that
     * has more digits than the type.
     */
    static int checkedDigits(byte[] data, int first, int point, int end, int precision, int scale) {
        int whole = point - first;
        for (int i = point + 1 + scale; i < end; i++) {
            if (digit(data[i]) != 0) {
                throw tooManyDigits(precision, scale);
            }
        }
        int leading = 0;
        while (leading < whole && data[first + leading] == '0') {
            leading++;
        }
        // Behind leading zeros the first significant digit may stand behind the point.
        if (whole - leading > precision - scale) {
            throw tooManyDigits(precision, scale);
        }
        return whole + scale;
    }

    /** The digit at {@code index} of those counted by {@link #checkedDigits}; zeros where the text has no more. */
    static int digit(byte[] data, int first, int point, int end, int index) {
        int whole = point - first;
        if (index < whole) {
            return digit(data[first + index]);
        }
        int at = index + first + 1;
        return at < end ? digit(data[at]) : 0;
    }

    private static int digit(byte c) {
        int digit = c - '0';
        if (digit < 0 || digit > 9) {
            throw notNumeric();
        }
        return digit;
    }

    private static UnreadableValueException notNumeric() {
        return new UnreadableValueException("is not in the form of a numeric");
    }

    private static UnreadableValueException tooManyDigits(int precision, int scale) {
        return new UnreadableValueException("does not fit DECIMAL(" + precision + "," + scale + ")");
    }
}
