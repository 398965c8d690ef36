package io.sluice.lake.commit;

import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.schema.TableId;
import java.util.Map;

/**
 * How a commit ended and, for tables that have the change, what they say now.
 *
 * @param outcome for the pipeline
 * @param marks by table; complete when the outcome is committed or already committed
 * @param doubtful whether an attempt ended without a clear answer: files of tables without marks may then be referenced
 *     after all and must be left alone
 */
public record CommitResult(CommitOutcome outcome, Map<TableId, TableMarks> marks, boolean doubtful) {

    public CommitResult {
        marks = Map.copyOf(marks);
    }
}
