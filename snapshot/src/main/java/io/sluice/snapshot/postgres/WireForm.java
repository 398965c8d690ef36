package io.sluice.snapshot.postgres;

/** In which binary form a column comes out of {@code COPY}. */
enum WireForm {
    BOOL,
    INT2,
    INT4,
    INT8,
    OID,
    FLOAT4,
    FLOAT8,
    NUMERIC,
    /** The value's bytes as they are: text in UTF-8, bytea. */
    RAW,
    /** Text behind a version byte. */
    JSONB,
    DATE,
    TIME,
    /** With and without zone alike. */
    TIMESTAMP,
    UUID,
    /** {@code xml} by its output function: the binary form adds an encoding declaration that the log does not have. */
    XML_AS_TEXT,
    /** {@code "char"} by its output function: the binary form is one byte that need not be text. */
    CHAR_AS_TEXT;

    /** The column in the select list. */
    String expression(String column) {
        String name = Quoting.identifier(column);
        return switch (this) {
            case XML_AS_TEXT -> "pg_catalog.textin(pg_catalog.xml_out(" + name + "))";
            case CHAR_AS_TEXT -> "pg_catalog.textin(pg_catalog.charout(" + name + "))";
            default -> name;
        };
    }
}
