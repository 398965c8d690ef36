package io.sluice.testkit.workload;

import io.sluice.testkit.workload.RandomColumn.Content;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;

/** SQL literals for random values, extremes among them. */
final class RandomValues {

    private static final String[] EMPTY_OR_ODD = {
        "",
        " ",
        "a",
        "A",
        "m",
        "null",
        "NULL",
        "it's",
        "tab\there",
        "two\nlines",
        "back\\slash",
        "100%",
        "a_b",
        "\"q\"",
    };
    private static final String[] UNICODE = {
        "gr\u00fc\u00df",
        "\u65e5\u672c\u8a9e",
        "\uD83D\uDE00",
        "e\u0301",
        "\u0130stanbul",
        "\uFB01n",
        "\u202Eright",
        "\uFFFD",
        "\uFEFFbom",
    };
    private static final String ASCII = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 +/";
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS");
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");
    private static final LocalDate FIRST_DAY = LocalDate.of(1, 1, 1);
    private static final LocalDate LAST_DAY = LocalDate.of(9999, 12, 31);

    private final Random random;

    RandomValues(Random random) {
        this.random = random;
    }

    /** A value for the column, NULL now and then where it may be. */
    String literal(RandomColumn column) {
        return column.nullable() && random.nextInt(6) == 0 ? "NULL" : notNull(column);
    }

    /** A value from a space so large that it hardly comes twice, spelled in one way only. */
    String keyLiteral(RandomColumn column) {
        return switch (column.kind()) {
            case INT2 -> Integer.toString(random.nextInt(1 << 16) - (1 << 15));
            case INT4 -> Integer.toString(random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(1_000_000));
            case INT8 -> Long.toString(random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(1_000_000));
            case NUMERIC -> decimal(column, random.nextInt(column.precision()) + 1);
            case TEXT, VARCHAR -> quoted(random.nextInt(5) == 0 ? oneOf(UNICODE) + random.nextInt(10_000) : ascii(12));
            case UUID -> quoted(new UUID(random.nextLong(), random.nextLong()).toString());
            case DATE ->
                quoted(LocalDate.ofEpochDay(random.nextInt(40_000) - 10_000).toString());
            case TIMESTAMP -> timestamp();
            default -> throw new IllegalArgumentException(column.kind() + " is not for keys");
        };
    }

    private String notNull(RandomColumn column) {
        if (column.content() == Content.SPOILT && random.nextInt(12) == 0) {
            return column.kind() == ColumnKind.NUMERIC ? "'NaN'" : random.nextBoolean() ? "'infinity'" : "'-infinity'";
        }
        return switch (column.kind()) {
            case BOOL -> random.nextBoolean() ? "true" : "false";
            case INT2 -> Long.toString(integer(Short.MIN_VALUE, Short.MAX_VALUE));
            case INT4 -> Long.toString(integer(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case INT8 -> Long.toString(integer(Long.MIN_VALUE, Long.MAX_VALUE));
            case FLOAT4 -> float4();
            case FLOAT8 -> float8();
            case NUMERIC -> decimal(column, random.nextInt(column.precision() + 1));
            case TEXT -> column.content() == Content.LARGE && random.nextBoolean() ? largeText() : quoted(text(column));
            case VARCHAR, CHAR -> quoted(cut(text(column), column.precision()));
            case BYTEA -> bytes(column);
            case DATE -> quoted(day().toString());
            case TIME -> quoted(TIME.format(time()));
            case TIMESTAMP -> timestamp();
            case TIMESTAMPTZ -> timestampWithZone();
            case UUID ->
                quoted(
                        random.nextInt(20) == 0
                                ? "00000000-0000-0000-0000-000000000000"
                                : new UUID(random.nextLong(), random.nextLong()).toString());
            case JSON, JSONB -> quoted(json(column));
            case ENUM -> quoted(oneOf(RandomColumn.ENUM_VALUES));
        };
    }

    private long integer(long least, long most) {
        return switch (random.nextInt(10)) {
            case 0 -> least;
            case 1 -> most;
            case 2 -> 0;
            case 3 -> -1;
            case 4, 5 -> {
                long any = random.nextLong();
                yield least == Long.MIN_VALUE ? any : least + Math.floorMod(any, most - least + 1);
            }
            default -> random.nextInt(201) - 100;
        };
    }

    private String float4() {
        return switch (random.nextInt(10)) {
            case 0 -> "'NaN'";
            case 1 -> "'-Infinity'";
            case 2 -> "'-0'";
            case 3 -> "'" + Float.MIN_VALUE + "'";
            case 4 -> "'" + Float.MAX_VALUE + "'";
            default -> "'" + (random.nextFloat() - 0.5f) * 1e6f + "'";
        };
    }

    private String float8() {
        return switch (random.nextInt(10)) {
            case 0 -> "'NaN'";
            case 1 -> "'Infinity'";
            case 2 -> "'-0'";
            case 3 -> "'" + Double.MIN_VALUE + "'";
            case 4 -> "'" + -Double.MAX_VALUE + "'";
            default -> "'" + random.nextGaussian() * 1e9 + "'";
        };
    }

    private String decimal(RandomColumn column, int digits) {
        if (random.nextInt(12) == 0) {
            BigInteger most = BigInteger.TEN.pow(column.precision()).subtract(BigInteger.ONE);
            return new BigDecimal(random.nextBoolean() ? most : most.negate(), column.scale()).toPlainString();
        }
        BigInteger unscaled = BigInteger.ZERO;
        for (int i = 0; i < digits; i++) {
            unscaled = unscaled.multiply(BigInteger.TEN).add(BigInteger.valueOf(random.nextInt(10)));
        }
        return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), column.scale()).toPlainString();
    }

    private String text(RandomColumn column) {
        if (column.content() == Content.ASCII) {
            return random.nextInt(3) == 0 ? oneOf(EMPTY_OR_ODD) : ascii(random.nextInt(20));
        }
        return switch (random.nextInt(4)) {
            case 0 -> oneOf(EMPTY_OR_ODD);
            case 1 -> oneOf(UNICODE);
            case 2 -> oneOf(UNICODE) + ascii(5) + oneOf(UNICODE);
            default -> ascii(random.nextInt(30));
        };
    }

    /** Some compress well and stay in the row, most do not and are kept out of line. */
    private String largeText() {
        if (random.nextInt(6) == 0) {
            return "repeat(" + quoted(ascii(10)) + ", " + (500 + random.nextInt(2000)) + ")";
        }
        return quoted(ascii(2100 + random.nextInt(6000)));
    }

    private String bytes(RandomColumn column) {
        boolean large = column.content() == Content.LARGE && random.nextBoolean();
        byte[] bytes = new byte[large ? 2100 + random.nextInt(5000) : random.nextInt(40)];
        random.nextBytes(bytes);
        return "'\\x" + HexFormat.of().formatHex(bytes) + "'";
    }

    private LocalDate day() {
        return switch (random.nextInt(8)) {
            case 0 -> FIRST_DAY;
            case 1 -> LAST_DAY;
            case 2 -> LocalDate.of(1582, 10, 4).plusDays(random.nextInt(15));
            case 3 -> LocalDate.ofEpochDay(random.nextInt(3) - 1);
            case 4 -> LocalDate.of(4 * random.nextInt(1, 2500), 2, 28).plusDays(1);
            default -> LocalDate.ofEpochDay(random.nextInt(40_000) - 10_000);
        };
    }

    private LocalTime time() {
        return switch (random.nextInt(6)) {
            case 0 -> LocalTime.MIDNIGHT;
            case 1 -> LocalTime.of(23, 59, 59, 999_999_000);
            default -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000L) * 1000);
        };
    }

    private String timestamp() {
        return quoted(TIMESTAMP.format(LocalDateTime.of(day(), time())));
    }

    private String timestampWithZone() {
        // A day away from both ends of the calendar, so that no offset leads out of it.
        LocalDate day = day();
        LocalDate inside = day.equals(FIRST_DAY) ? day.plusDays(1) : day.equals(LAST_DAY) ? day.minusDays(1) : day;
        return quoted(TIMESTAMP.format(LocalDateTime.of(inside, time()))
                + oneOf(new String[] {"+00", "+05:30", "-08", "+14", "-12"}));
    }

    private String json(RandomColumn column) {
        return switch (random.nextInt(6)) {
            case 0 -> "null";
            case 1 -> "{}";
            case 2 -> "[1, 2.50,   \"x\"]";
            case 3 -> "{\"b\": 1, \"a\": {\"deep\": [true, null]}, \"b\": 2}";
            case 4 -> "{\"name\": \"gr\u00fc\u00df \\u00e9\", \"n\": " + random.nextInt() + "}";
            default ->
                "{\"id\":" + random.nextLong() + ",\"t\":\"" + ascii(column.content() == Content.LARGE ? 3000 : 10)
                        + "\"}";
        };
    }

    private String ascii(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ASCII.charAt(random.nextInt(ASCII.length())));
        }
        return text.toString();
    }

    private String oneOf(String[] values) {
        return values[random.nextInt(values.length)];
    }

    /** Cuts to characters as PostgreSQL counts them. */
    private static String cut(String text, int characters) {
        return text.codePointCount(0, text.length()) <= characters
                ? text
                : text.substring(0, text.offsetByCodePoints(0, characters));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
