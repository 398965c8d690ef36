package io.sluice.pipeline.schema;

import java.io.Serializable;
import java.util.Objects;

/**
 * One column of a table.
 *
 * @param name as the database or the lake spells it
 * @param type the logical type
 * @param nullable whether a null may occur
 * @param nativeType the source's own name of the type, such as {@code numeric(12,2)}, for messages and decoders; the
 *     logical type's name for computed columns
 * @param storage whether the log may leave an unchanged value out
 */
public record Column(String name, DataType type, boolean nullable, String nativeType, Storage storage)
        implements Serializable {

    /** Where the source may keep a large value, which decides whether its log carries it when unchanged. */
    public enum Storage {
        /** The log always carries the value. */
        INLINE,
        /** An update that does not change the value may leave it out (Postgres: TOAST). */
        OUT_OF_LINE
    }

    public Column {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(nativeType, "nativeType");
        Objects.requireNonNull(storage, "storage");
    }

    /** A column whose value the log always carries and whose native type is the logical one. */
    public static Column of(String name, DataType type, boolean nullable) {
        return new Column(name, type, nullable, type.toString(), Storage.INLINE);
    }
}
