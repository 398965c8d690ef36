package io.sluice.lake.commit;

import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.jspecify.annotations.Nullable;

/**
 * The schema that a load's rows have, and that the table gets with them. A column keeps the field id of the present one of
 * its name where Iceberg could read the one type as the other; all else gets new ids. The first step of a load adds the
 * schema to the table, so that later steps and the publication find the same ids again.
 *
 * @param schema the rows' schema
 * @param partitionKeys as users write them
 */
public record LoadShape(TableSchema schema, List<String> partitionKeys) implements Serializable {

    public LoadShape {
        partitionKeys = List.copyOf(partitionKeys);
    }

    /**
     * The metadata of a table that has this shape; the same object when it has it already.
     *
     * @throws PipelineException {@code SCHEMA_CHANGED} when the table's partitions are others with it
     */
    public TableMetadata applyTo(TableMetadata base) {
        Schema target = target(base);
        if (target == base.schema()) {
            return base;
        }
        TableMetadata shaped;
        PartitionSpec spec;
        try {
            shaped = TableMetadata.buildFrom(base)
                    .setCurrentSchema(target, Math.max(base.lastColumnId(), target.highestFieldId()))
                    .build();
            spec = IcebergSchemas.partitionSpec(schema.table(), shaped.schema(), partitionKeys);
        } catch (ValidationException e) {
            // A partition's column is gone, or of a type that has no such partitions.
            throw otherPartitions(base.spec(), e);
        }
        if (!spec.compatibleWith(shaped.spec())) {
            throw otherPartitions(shaped.spec(), null);
        }
        return shaped;
    }

    private PipelineException otherPartitions(PartitionSpec present, @Nullable ValidationException cause) {
        return new PipelineException(
                ErrorKind.SCHEMA_CHANGED,
                schema.table(),
                "Lake table " + schema.table() + " is partitioned by " + present
                        + ", which its new columns do not keep. Drop it and start the pipeline again to have it made"
                        + " anew.",
                cause);
    }

    /** The metadata of a table that knows the schema and still has its old one. */
    TableMetadata announceIn(TableMetadata base) {
        TableMetadata shaped = applyTo(base);
        return shaped == base
                ? base
                : TableMetadata.buildFrom(base).addSchema(shaped.schema()).build();
    }

    private Schema target(TableMetadata base) {
        if (fits(base.schema())) {
            return base.schema();
        }
        return base.schemas().stream()
                .filter(this::fits)
                .max(Comparator.comparingInt(Schema::schemaId))
                .orElseGet(() -> merged(base));
    }

    private boolean fits(Schema existing) {
        return existing.columns().size() == schema.width()
                && IcebergSchemas.compatible(schema, existing).isEmpty();
    }

    private Schema merged(TableMetadata base) {
        Schema fresh = IcebergSchemas.schema(schema);
        int last = base.lastColumnId();
        List<Types.NestedField> fields = new ArrayList<>();
        Set<Integer> identifiers = new HashSet<>();
        for (Types.NestedField field : fresh.columns()) {
            Types.NestedField present = base.schema().findField(field.name());
            boolean kept = present != null
                    && (present.type().equals(field.type())
                            || TypeUtil.isPromotionAllowed(
                                    present.type(), field.type().asPrimitiveType()));
            int id = kept ? present.fieldId() : ++last;
            fields.add(
                    field.isRequired()
                            ? Types.NestedField.required(id, field.name(), field.type())
                            : Types.NestedField.optional(id, field.name(), field.type()));
            if (fresh.identifierFieldIds().contains(field.fieldId())) {
                identifiers.add(id);
            }
        }
        return new Schema(fields, identifiers);
    }
}
