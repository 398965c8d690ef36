package io.sluice.testkit.lake;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * How one pair of a PostgreSQL type and an Iceberg type is brought to one canonical text, equal exactly when the values
 * are. The source's side is PostgreSQL's own text output, in UTC with ISO dates and hex bytes.
 */
enum CellFormat {
    BOOLEAN {
        @Override
        String ofSource(String text) {
            return text.equals("t") ? "true" : "false";
        }
    },
    INTEGER,
    DECIMAL {
        @Override
        String ofSource(String text) {
            return text.equals("NaN") || text.endsWith("Infinity") ? text : plain(new BigDecimal(text));
        }

        @Override
        String ofLake(Object value) {
            return plain((BigDecimal) value);
        }

        private String plain(BigDecimal value) {
            return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
        }
    },
    /** Java prints different numbers differently, -0.0 and 0.0 among them, and all NaNs the same. */
    FLOAT32 {
        @Override
        String ofSource(String text) {
            return Float.toString(Float.parseFloat(text));
        }
    },
    FLOAT64 {
        @Override
        String ofSource(String text) {
            return Double.toString(Double.parseDouble(text));
        }
    },
    TEXT,
    /** {@code char(n)}: whether the padding is kept is a matter of the expression around it, not of the value. */
    PADDED_TEXT {
        @Override
        String ofSource(String text) {
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == ' ') {
                end--;
            }
            return text.substring(0, end);
        }

        @Override
        String ofLake(Object value) {
            return ofSource(value.toString());
        }
    },
    BYTES {
        @Override
        String ofSource(String text) {
            return text.substring(2);
        }

        @Override
        String ofLake(Object value) {
            if (value instanceof byte[] bytes) {
                return HexFormat.of().formatHex(bytes);
            }
            ByteBuffer buffer = ((ByteBuffer) value).duplicate();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return HexFormat.of().formatHex(bytes);
        }
    },
    DATE {
        @Override
        String ofSource(String text) {
            return date(text).map(LocalDate::toString).orElse(text);
        }
    },
    TIME {
        @Override
        String ofLake(Object value) {
            LocalTime time = (LocalTime) value;
            return time(time);
        }

        @Override
        String ofSource(String text) {
            return text.startsWith("24:") ? text : time(LocalTime.parse(text));
        }

        private String time(LocalTime time) {
            return Long.toString(time.toNanoOfDay());
        }
    },
    TIMESTAMP {
        @Override
        String ofSource(String text) {
            return timestamp(text);
        }
    },
    TIMESTAMP_TZ {
        @Override
        String ofSource(String text) {
            return timestamp(text.replace("+00", ""));
        }

        @Override
        String ofLake(Object value) {
            return ((OffsetDateTime) value)
                    .withOffsetSameInstant(ZoneOffset.UTC)
                    .toLocalDateTime()
                    .toString();
        }
    },
    UUID;

    private static final Pattern DATE_TEXT = Pattern.compile("(\\d+)-(\\d\\d)-(\\d\\d)( BC)?");

    String ofSource(String text) {
        return text;
    }

    String ofLake(Object value) {
        return value.toString();
    }

    /** The format of a pair; empty when the lake's type is not a lossless place for the source's. */
    static Optional<CellFormat> of(String sourceType, Type lakeType) {
        @Nullable
        CellFormat format = switch (lakeType.typeId()) {
            case BOOLEAN -> is(sourceType, "bool") ? BOOLEAN : null;
            case INTEGER -> is(sourceType, "int2", "int4", "serial", "smallserial") ? INTEGER : null;
            case LONG -> is(sourceType, "int2", "int4", "int8", "serial", "bigserial", "oid") ? INTEGER : null;
            case FLOAT -> is(sourceType, "float4") ? FLOAT32 : null;
            case DOUBLE -> is(sourceType, "float8") ? FLOAT64 : null;
            case DECIMAL -> is(sourceType, "numeric") ? DECIMAL : null;
            case DATE -> is(sourceType, "date") ? DATE : null;
            case TIME -> is(sourceType, "time") ? TIME : null;
            case TIMESTAMP ->
                ((Types.TimestampType) lakeType).shouldAdjustToUTC()
                        ? (is(sourceType, "timestamptz") ? TIMESTAMP_TZ : null)
                        : (is(sourceType, "timestamp") ? TIMESTAMP : null);
            case UUID -> is(sourceType, "uuid") ? UUID : null;
            case BINARY -> is(sourceType, "bytea") ? BYTES : null;
            case STRING -> text(sourceType);
            default -> null;
        };
        return Optional.ofNullable(format);
    }

    private static @Nullable CellFormat text(String sourceType) {
        if (is(sourceType, "bpchar")) {
            return PADDED_TEXT;
        }
        return is(
                        sourceType,
                        "bool",
                        "int2",
                        "int4",
                        "int8",
                        "float4",
                        "float8",
                        "date",
                        "time",
                        "timestamp",
                        "timestamptz",
                        "uuid",
                        "bytea")
                ? null
                : TEXT;
    }

    private static boolean is(String type, String... names) {
        for (String name : names) {
            if (type.toLowerCase(Locale.ROOT).equals(name)) {
                return true;
            }
        }
        return false;
    }

    private static Optional<LocalDate> date(String text) {
        Matcher matcher = DATE_TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int year = Integer.parseInt(matcher.group(1));
        return Optional.of(LocalDate.of(
                matcher.group(4) == null ? year : 1 - year,
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3))));
    }

    /** {@code 2024-01-31 12:00:00.5} or {@code 0044-03-15 12:00:00 BC}; infinities stay what they are. */
    private static String timestamp(String text) {
        int space = text.indexOf(' ');
        if (space < 0) {
            return text;
        }
        boolean beforeChrist = text.endsWith(" BC");
        String time = text.substring(space + 1, beforeChrist ? text.length() - 3 : text.length());
        return date(text.substring(0, space) + (beforeChrist ? " BC" : ""))
                .map(date -> LocalDateTime.of(date, LocalTime.parse(time)).toString())
                .orElse(text);
    }
}
