package io.sluice.testkit.workload;

/** The kinds of columns that a random table is made of. */
enum ColumnKind {
    BOOL,
    INT2,
    INT4,
    INT8,
    FLOAT4,
    FLOAT8,
    /** {@code numeric(p,s)}. */
    NUMERIC,
    TEXT,
    /** {@code varchar(n)}. */
    VARCHAR,
    /** {@code char(n)}. */
    CHAR,
    BYTEA,
    DATE,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    JSON,
    JSONB,
    ENUM;

    /** Kinds whose values are told apart by their literals, so that they can be in a key. */
    static final ColumnKind[] IN_KEYS = {INT4, INT8, INT8, INT2, TEXT, VARCHAR, UUID, DATE, NUMERIC, TIMESTAMP};

    boolean isText() {
        return this == TEXT || this == VARCHAR;
    }
}
