package io.sluice.lake.parquet;

import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import java.util.Optional;
import org.apache.iceberg.Schema;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;

/**
 * One leaf column of the file.
 *
 * @param descriptor the leaf in the file's schema
 * @param field the table's column that it belongs to
 * @param primitive whether the leaf is the column; parts of nested columns can only be null
 * @param logical the type of a vector of exactly this column, where a pipeline can have one
 */
record LakeColumn(ColumnDescriptor descriptor, Types.NestedField field, boolean primitive, Optional<DataType> logical) {

    /** How a vector's values become the file's. */
    enum Conversion {
        BOOLEAN,
        INT,
        INT_AS_LONG,
        LONG,
        LONG_AS_INT,
        LONG_AS_FIXED,
        INT128_AS_FIXED,
        FLOAT,
        FLOAT_AS_DOUBLE,
        DOUBLE,
        BYTES
    }

    static LakeColumn[] of(Schema schema, MessageType type) {
        return type.getColumns().stream()
                .map(descriptor -> {
                    int id = type.getType(descriptor.getPath()[0]).getId().intValue();
                    // Top-level names of the file can differ from the table's; ids cannot.
                    Types.NestedField field = schema.asStruct().field(id);
                    boolean primitive = descriptor.getPath().length == 1;
                    Optional<DataType> logical =
                            primitive ? IcebergSchemas.dataType(field.type()) : Optional.<DataType>empty();
                    return new LakeColumn(descriptor, field, primitive, logical);
                })
                .toArray(LakeColumn[]::new);
    }

    /** Whether rows without a value are allowed. */
    boolean optional() {
        return field.isOptional();
    }

    /** Bytes of a fixed-width binary. */
    int fixedLength() {
        return descriptor.getPrimitiveType().getTypeLength();
    }

    /** How values of a batch's column are written; empty when they do not fit. */
    Optional<Conversion> conversion(Column column) {
        if (!primitive || !IcebergSchemas.accepts(field.type(), column.type())) {
            return Optional.empty();
        }
        PrimitiveType.PrimitiveTypeName physical = descriptor.getPrimitiveType().getPrimitiveTypeName();
        return Optional.of(
                switch (column.type().kind()) {
                    case BOOLEAN -> Conversion.BOOLEAN;
                    case INT32, DATE ->
                        physical == PrimitiveType.PrimitiveTypeName.INT64 ? Conversion.INT_AS_LONG : Conversion.INT;
                    case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> Conversion.LONG;
                    case FLOAT32 ->
                        physical == PrimitiveType.PrimitiveTypeName.DOUBLE
                                ? Conversion.FLOAT_AS_DOUBLE
                                : Conversion.FLOAT;
                    case FLOAT64 -> Conversion.DOUBLE;
                    case DECIMAL ->
                        switch (physical) {
                            case INT32 -> Conversion.LONG_AS_INT;
                            case INT64 -> Conversion.LONG;
                            default ->
                                column.type().isLongDecimal() ? Conversion.LONG_AS_FIXED : Conversion.INT128_AS_FIXED;
                        };
                    case UUID -> Conversion.INT128_AS_FIXED;
                    case STRING, BINARY -> Conversion.BYTES;
                });
    }
}
