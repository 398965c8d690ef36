package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceInspection;
import java.util.List;

/** Turns what the source says and what the pipeline's file asks for into tables that can be run. Stateless. */
@FunctionalInterface
public interface PipelineTables {

    /**
     * The pipeline's tables.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code CONFIGURATION} or {@code SOURCE_REFUSED} when something
     *     that is not one table's is wrong: with everything that is wrong, one sentence a line
     */
    Arrangement arrange(SourceInspection inspection);

    /**
     * The pipeline's tables as source and file describe them.
     *
     * @param tables those that can be run, ordered by the source's names
     * @param misfits those that cannot
     */
    record Arrangement(List<PreparedTable> tables, List<Misfit> misfits) {

        public Arrangement {
            tables = List.copyOf(tables);
            misfits = List.copyOf(misfits);
        }
    }

    /**
     * A table that cannot be run as it is.
     *
     * @param source at the source
     * @param sink in the lake
     * @param rule what the file says about it
     * @param kind {@code SOURCE_REFUSED} when the source's table is at fault whatever the file says, {@code
     *     CONFIGURATION} when the two do not fit each other
     * @param reason what is wrong, in sentences
     */
    record Misfit(TableId source, TableId sink, TableDefinition.Rule rule, ErrorKind kind, String reason) {}
}
