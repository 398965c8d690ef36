package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Casts from and to text, in the forms that PostgreSQL reads and prints. Not a hot path: they make a few objects per
 * row.
 */
final class TextCasts {

    private TextCasts() {}

    static Expression toText(Expression value) {
        DataType source = value.type();
        return Call.strict(
                DataType.STRING,
                (in, out, rows) -> {
                    StringBuilder text = new StringBuilder(32);
                    BytesVector to = (BytesVector) out;
                    for (int i = 0; i < rows; i++) {
                        if (in[0].isNull(i)) {
                            to.appendNull();
                        } else {
                            text.setLength(0);
                            append(text, source, in[0], i);
                            to.append(text.toString().getBytes(StandardCharsets.US_ASCII));
                        }
                    }
                },
                value);
    }

    static Expression fromText(Expression value, DataType target) {
        return Call.strictFallible(
                target,
                (in, out, rows) -> {
                    BytesVector from = (BytesVector) in[0];
                    int mask = from.size() == 1 ? 0 : -1;
                    for (int i = 0; i < rows; i++) {
                        if (!out.isNull(i)) {
                            int row = i & mask;
                            parse(from.data(), from.start(row), from.length(row), target, out, i);
                        }
                    }
                },
                value);
    }

    private static void append(StringBuilder text, DataType type, ColumnVector vector, int row) {
        switch (type.kind()) {
            case BOOLEAN -> text.append(((BooleanVector) vector).get(row) == 1 ? "true" : "false");
            case INT32 -> text.append(((IntVector) vector).get(row));
            case INT64 -> text.append(((LongVector) vector).get(row));
            case FLOAT32 -> text.append(shortest(((FloatVector) vector).get(row)));
            case FLOAT64 -> text.append(shortest(((DoubleVector) vector).get(row)));
            case DECIMAL -> {
                BigInteger unscaled = vector instanceof Int128Vector wide
                        ? Int128.toBig(wide.high()[row], wide.low()[row])
                        : BigInteger.valueOf(((LongVector) vector).get(row));
                text.append(new BigDecimal(unscaled, type.scale()).toPlainString());
            }
            case DATE -> TemporalText.appendDate(text, ((IntVector) vector).get(row));
            case TIME -> TemporalText.appendTime(text, ((LongVector) vector).get(row));
            case TIMESTAMP -> TemporalText.appendTimestamp(text, ((LongVector) vector).get(row), "");
            case TIMESTAMP_TZ -> TemporalText.appendTimestamp(text, ((LongVector) vector).get(row), "+00");
            case UUID -> {
                Int128Vector wide = (Int128Vector) vector;
                text.append(new java.util.UUID(wide.high()[row], wide.low()[row]));
            }
            default -> throw new IllegalStateException("No text for " + type);
        }
    }

    /** The fewest digits that read back as the same number, printed as PostgreSQL does. */
    private static String shortest(double value) {
        return special(value, Double.toString(value), 15, 17, text -> Double.parseDouble(text) == value);
    }

    private static String shortest(float value) {
        return special(value, Float.toString(value), 6, 9, text -> Float.parseFloat(text) == value);
    }

    private static String special(
            double value, String name, int least, int most, java.util.function.Predicate<String> same) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return name;
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = least; digits <= most; digits++) {
            BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            if (digits == most || same.test(rounded.toString())) {
                return printed(rounded.stripTrailingZeros(), least);
            }
        }
        throw new IllegalStateException("No shortest form");
    }

    private static String printed(BigDecimal value, int plainDigits) {
        int exponent = value.precision() - value.scale() - 1;
        if (exponent >= -4 && exponent < plainDigits) {
            return value.toPlainString();
        }
        String digits = value.unscaledValue().abs().toString();
        String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
        String size = Integer.toString(Math.abs(exponent));
        return (value.signum() < 0 ? "-" : "") + digits.charAt(0) + fraction + "e" + (exponent < 0 ? "-" : "+")
                + (size.length() < 2 ? "0" : "") + size;
    }

    private static void parse(byte[] data, int start, int length, DataType target, ColumnVector out, int row) {
        switch (target.kind()) {
            case DATE -> ((IntVector) out).values()[row] = TemporalText.parseDate(data, start, length);
            case TIME -> ((LongVector) out).values()[row] = TemporalText.parseTime(data, start, length);
            case TIMESTAMP -> ((LongVector) out).values()[row] = TemporalText.parseTimestamp(data, start, length);
            case TIMESTAMP_TZ -> ((LongVector) out).values()[row] = TemporalText.parseTimestampTz(data, start, length);
            default -> parseWord(new String(data, start, length, StandardCharsets.UTF_8).strip(), target, out, row);
        }
    }

    private static void parseWord(String text, DataType target, ColumnVector out, int row) {
        try {
            switch (target.kind()) {
                case INT32 -> ((IntVector) out).values()[row] = integer(text).intValueExact();
                case INT64 -> ((LongVector) out).values()[row] = integer(text).longValueExact();
                case FLOAT32 -> {
                    float value = Float.parseFloat(floatWord(text));
                    if (Float.isInfinite(value) && isNumber(text)) {
                        throw NumericKernels.overflow("FLOAT32");
                    }
                    ((FloatVector) out).values()[row] = value;
                }
                case FLOAT64 -> {
                    double value = Double.parseDouble(floatWord(text));
                    if (Double.isInfinite(value) && isNumber(text)) {
                        throw NumericKernels.overflow("FLOAT64");
                    }
                    ((DoubleVector) out).values()[row] = value;
                }
                case DECIMAL -> {
                    BigDecimal value = new BigDecimal(text);
                    // Guards the rescaling against exponents that would make numbers of any size.
                    if (Math.abs((long) value.scale()) + value.precision() > 1_000) {
                        throw DecimalKernels.overflow(target);
                    }
                    long[] high = new long[1];
                    long[] low = new long[1];
                    BigInteger unscaled =
                            value.setScale(target.scale(), RoundingMode.HALF_UP).unscaledValue();
                    boolean ok = Int128.set(unscaled, high, low, 0);
                    new DecimalKernels.Output(out, target).set(row, ok, high[0], low[0]);
                }
                case BOOLEAN -> ((BooleanVector) out).values()[row] = bool(text);
                case UUID -> {
                    if (text.length() != 36) {
                        throw unreadable(target);
                    }
                    java.util.UUID uuid = java.util.UUID.fromString(text);
                    ((Int128Vector) out).set(row, uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
                }
                default -> throw new IllegalStateException("No " + target + " from text");
            }
        } catch (ArithmeticException tooLarge) {
            throw NumericKernels.overflow(target.toString());
        } catch (IllegalArgumentException unreadable) {
            throw unreadable(target);
        }
    }

    private static EvaluationException unreadable(DataType target) {
        return new EvaluationException("the text is not a value of " + target);
    }

    private static BigInteger integer(String text) {
        if (text.length() > 1_000) {
            throw new NumberFormatException();
        }
        return new BigInteger(text);
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().anyMatch(c -> c >= '0' && c <= '9');
    }

    /** Java also reads hexadecimal numbers and suffixes, and spells the special values its own way. */
    private static String floatWord(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        switch (word) {
            case "infinity", "+infinity", "inf", "+inf" -> {
                return "Infinity";
            }
            case "-infinity", "-inf" -> {
                return "-Infinity";
            }
            case "nan" -> {
                return "NaN";
            }
            default -> {
                for (int i = 0; i < word.length(); i++) {
                    if ("0123456789.+-e".indexOf(word.charAt(i)) < 0) {
                        throw new NumberFormatException();
                    }
                }
                return word;
            }
        }
    }

    /** The words that SQL and PostgreSQL accept. */
    private static byte bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "t", "true", "y", "yes", "on", "1" -> 1;
            case "f", "false", "n", "no", "off", "0" -> 0;
            default -> throw new NumberFormatException();
        };
    }
}
