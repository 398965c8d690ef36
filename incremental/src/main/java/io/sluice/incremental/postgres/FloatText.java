package io.sluice.incremental.postgres;

/**
 * Reads {@code float4} and {@code float8} text to the nearest value. Short numbers are computed exactly: a mantissa and a
 * power of ten that both are exact in the type need one correctly rounded operation (W. D. Clinger, "How to Read
 * Floating Point Numbers Accurately", 1990). The rest goes to the JDK.
 */
final class FloatText {

    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };
    private static final float[] FLOAT_POWERS = {1e0f, 1e1f, 1e2f, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f};
    private static final long MAX_EXACT_DOUBLE = 1L << 53;
    private static final long MAX_EXACT_FLOAT = 1L << 24;
    private static final int MAX_DIGITS = 17;

    private FloatText() {}

    static double toDouble(byte[] data, int start, int length) {
        long mantissa = mantissa(data, start, length);
        int fraction = fractionDigits(data, start, length);
        if (mantissa >= 0 && mantissa <= MAX_EXACT_DOUBLE && fraction < POWERS.length) {
            double value = mantissa / POWERS[fraction];
            return data[start] == '-' ? -value : value;
        }
        return parse(data, start, length);
    }

    static float toFloat(byte[] data, int start, int length) {
        long mantissa = mantissa(data, start, length);
        int fraction = fractionDigits(data, start, length);
        if (mantissa >= 0 && mantissa <= MAX_EXACT_FLOAT && fraction < FLOAT_POWERS.length) {
            float value = mantissa / FLOAT_POWERS[fraction];
            return data[start] == '-' ? -value : value;
        }
        try {
            return Float.parseFloat(ValueReader.ascii(data, start, length));
        } catch (NumberFormatException e) {
            throw new UnreadableValueException("is not in the form of a float4");
        }
    }

    private static double parse(byte[] data, int start, int length) {
        try {
            return Double.parseDouble(ValueReader.ascii(data, start, length));
        } catch (NumberFormatException e) {
            throw new UnreadableValueException("is not in the form of a float8");
        }
    }

    /** All digits as one number; -1 when there is anything but a sign, digits and a point, or too much of it. */
    private static long mantissa(byte[] data, int start, int length) {
        int at = length > 0 && data[start] == '-' ? start + 1 : start;
        int end = start + length;
        if (at == end || end - at > MAX_DIGITS) {
            return -1;
        }
        long value = 0;
        for (; at < end; at++) {
            byte c = data[at];
            if (c == '.') {
                continue;
            }
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + (c - '0');
        }
        return value;
    }

    private static int fractionDigits(byte[] data, int start, int length) {
        int end = start + length;
        for (int i = start; i < end; i++) {
            if (data[i] == '.') {
                return end - i - 1;
            }
        }
        return 0;
    }
}
