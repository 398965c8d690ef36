package io.sluice.service.verify;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.service.runtime.ValueText;

/** A row's key as text for messages. */
final class KeyText {

    private static final int MAX_LENGTH = 60;

    /** Before the digits of bytes. */
    private static final int BINARY_PREFIX = 2;

    private KeyText() {}

    /** {@code o_orderkey=5, l_linenumber=2}. */
    static String of(ColumnBatch batch, int[] keyColumns, int row) {
        StringBuilder text = new StringBuilder();
        for (int column : keyColumns) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append(batch.schema().column(column).name())
                    .append('=')
                    .append(value(batch.column(column), row));
        }
        return text.toString();
    }

    private static String value(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        String text = ValueText.of(vector, row);
        return switch (vector.type().kind()) {
            case STRING -> "'" + (text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH - 1) + "…") + "'";
            case BINARY -> text.substring(0, Math.min(text.length(), BINARY_PREFIX + MAX_LENGTH));
            default -> text;
        };
    }
}
