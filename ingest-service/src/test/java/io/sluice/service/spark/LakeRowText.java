package io.sluice.service.spark;

import io.sluice.testkit.lake.LakeTable;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** The rows of Iceberg's generic reader in the form in which Spark's reader writes its own, sorted. */
final class LakeRowText {

    private LakeRowText() {}

    static List<String> rows(LakeTable table) {
        List<String> rows = new ArrayList<>();
        table.forEachRow(values -> {
            List<String> texts = new ArrayList<>();
            for (Object value : values) {
                texts.add(text(value));
            }
            rows.add(String.join("\t", texts));
        });
        rows.sort(null);
        return rows;
    }

    private static String text(Object value) {
        if (value == null) {
            return "\\N";
        }
        if (value instanceof CharSequence text) {
            return text.toString()
                    .replace("\\", "\\\\")
                    .replace("\t", "\\t")
                    .replace("\n", "\\n")
                    .replace("\r", "\\r");
        }
        if (value instanceof BigDecimal decimal) {
            return decimal.toPlainString();
        }
        if (value instanceof ByteBuffer bytes) {
            StringBuilder hex = new StringBuilder();
            for (int i = bytes.position(); i < bytes.limit(); i++) {
                hex.append(String.format("%02x", bytes.get(i)));
            }
            return hex.toString();
        }
        if (value instanceof LocalDate date) {
            return Long.toString(ChronoUnit.DAYS.between(LocalDate.EPOCH, date));
        }
        if (value instanceof LocalDateTime timestamp) {
            return text(timestamp.atOffset(ZoneOffset.UTC));
        }
        if (value instanceof OffsetDateTime timestamp) {
            return Long.toString(ChronoUnit.MICROS.between(Instant.EPOCH.atOffset(ZoneOffset.UTC), timestamp));
        }
        return value.toString();
    }
}
