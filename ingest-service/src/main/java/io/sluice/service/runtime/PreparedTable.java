package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.pipeline.transform.TableTransform;

/**
 * A table as a pipeline will run it.
 *
 * @param source as the source describes it
 * @param transform compiled against the source's schema
 * @param spec the lake table that the transform's output goes to
 * @param definition what the rows are made from
 */
public record PreparedTable(
        SourceTable source, TableTransform transform, LakeTableSpec spec, TableDefinition definition) {}
