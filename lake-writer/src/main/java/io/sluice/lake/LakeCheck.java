package io.sluice.lake;

import io.sluice.lake.commit.Ownership;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.hadoop.HadoopFileIO;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.PositionOutputStream;

/** Looks for what keeps tables from being written, and leaves nothing behind. */
final class LakeCheck {

    private final LakeTables tables;
    private final LakeOptions options;

    LakeCheck(LakeTables tables, LakeOptions options) {
        this.tables = tables;
        this.options = options;
    }

    List<LakeProblem> check(String pipeline, List<LakeTableSpec> specs) {
        List<LakeProblem> problems = new ArrayList<>();
        boolean missing = false;
        for (LakeTableSpec spec : specs) {
            TableId id = spec.schema().table();
            Optional<Table> table;
            try {
                table = tables.load(id);
            } catch (PipelineException e) {
                problems.add(problem(id, e));
                continue;
            }
            if (table.isPresent()) {
                checkExisting(pipeline, spec, table.get(), problems);
            } else {
                missing = true;
                checkNew(spec, problems);
            }
        }
        if (missing) {
            probeWarehouse(problems);
        }
        return problems;
    }

    private void checkExisting(String pipeline, LakeTableSpec spec, Table table, List<LakeProblem> problems) {
        TableId id = spec.schema().table();
        TableMetadata metadata = LakeTables.metadata(table);
        ErrorKind misfit = ErrorKind.LAKE_CONFLICT;
        try {
            if (Ownership.claim(id, metadata, pipeline).isPresent()) {
                misfit = ErrorKind.SCHEMA_CHANGED;
            }
        } catch (PipelineException e) {
            problems.add(problem(id, e));
        }
        for (String difference : LakeTables.differences(spec, metadata)) {
            problems.add(new LakeProblem(misfit, Optional.of(id), difference));
        }
        probe(table.io(), table.location() + "/metadata/" + probeName(), "table " + table.name(), problems);
    }

    private static void checkNew(LakeTableSpec spec, List<LakeProblem> problems) {
        TableId id = spec.schema().table();
        try {
            IcebergSchemas.partitionSpec(id, IcebergSchemas.schema(spec.schema()), spec.partitionKeys());
        } catch (PipelineException e) {
            problems.add(problem(id, e));
        }
        String version = spec.properties().get(TableProperties.FORMAT_VERSION);
        if (version != null) {
            LakeTables.formatRefusal(version)
                    .ifPresent(refusal -> problems.add(
                            new LakeProblem(ErrorKind.CONFIGURATION, Optional.of(id), "Table " + id + ": " + refusal)));
        }
    }

    private static LakeProblem problem(TableId id, PipelineException failure) {
        return new LakeProblem(failure.kind(), Optional.of(id), String.valueOf(failure.getMessage()));
    }

    private void probeWarehouse(List<LakeProblem> problems) {
        Map<String, String> properties = IcebergCatalogs.properties(options.catalog());
        String warehouse = properties.get(CatalogProperties.WAREHOUSE_LOCATION);
        if (warehouse == null || !warehouse.contains("/")) {
            // A catalog that places tables itself; the first table shows whether it can be written.
            return;
        }
        String implementation = properties.getOrDefault(CatalogProperties.FILE_IO_IMPL, HadoopFileIO.class.getName());
        try (FileIO io =
                CatalogUtil.loadFileIO(implementation, properties, IcebergCatalogs.hadoop(options.catalog()))) {
            probe(io, warehouse + "/" + probeName(), "warehouse " + warehouse, problems);
        } catch (IllegalArgumentException e) {
            throw new PipelineException(
                    ErrorKind.CONFIGURATION, "The storage class " + implementation + " cannot be used", e);
        }
    }

    private String probeName() {
        return "sluice-probe-" + options.ids().get();
    }

    private static void probe(FileIO io, String location, String where, List<LakeProblem> problems) {
        try {
            try (PositionOutputStream out = io.newOutputFile(location).createOrOverwrite()) {
                out.write(1);
            } finally {
                io.deleteFile(location);
            }
        } catch (IOException | RuntimeException e) {
            problems.add(new LakeProblem(
                    ErrorKind.LAKE_REFUSED,
                    Optional.empty(),
                    "The " + where + " cannot be written: " + StorageFailures.said(e)
                            + ". Check that it exists, its privileges and its free space."));
        }
    }
}
