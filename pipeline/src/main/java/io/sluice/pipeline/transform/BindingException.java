package io.sluice.pipeline.transform;

import org.apache.calcite.sql.parser.SqlParserPos;

/** An expression that does not fit the table or its types, with the place in its text. */
final class BindingException extends RuntimeException {

    private final transient SqlParserPos position;

    BindingException(SqlParserPos position, String reason) {
        super(reason);
        this.position = position;
    }

    SqlParserPos position() {
        return position;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
