package io.sluice.service.console;

import io.sluice.service.runtime.PipelineStatus;
import java.util.Map;

/**
 * A pipeline as the console shows it at one moment.
 *
 * @param status the pipeline
 * @param rowsPerSecond snapshot rows read per second, by the table's name at the source
 * @param changesPerSecond change rows published per second
 * @param retryInSeconds time until the next attempt after a failure; 0 when there is none
 */
record PipelineView(
        PipelineStatus status, Map<String, Double> rowsPerSecond, double changesPerSecond, long retryInSeconds) {

    PipelineView {
        rowsPerSecond = Map.copyOf(rowsPerSecond);
    }
}
