package io.sluice.service.api;

import io.sluice.service.runtime.PipelineEvent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An event of the stream.
 *
 * @param type the event's name, such as {@code CutPublished}
 * @param details the event's own fields
 */
@Schema(name = "Event")
public record EventJson(String type, String pipeline, Map<String, @Nullable Object> details) {

    static EventJson of(PipelineEvent event) {
        Map<String, @Nullable Object> details = new LinkedHashMap<>();
        if (event instanceof PipelineEvent.StateChanged changed) {
            details.put("from", changed.from().name());
            details.put("to", changed.to().name());
        } else if (event instanceof PipelineEvent.TablePublished table) {
            details.put("sink", table.sink());
            details.put("rows", table.rows());
            details.put("files", table.files());
            details.put("position", table.position());
        } else if (event instanceof PipelineEvent.HandedOver handover) {
            details.put("position", handover.position());
            details.put("rows", handover.rows());
            details.put("seconds", handover.seconds());
        } else if (event instanceof PipelineEvent.CutPublished cut) {
            details.put("cut", cut.cut());
            details.put("position", cut.position());
            details.put("rows", cut.rows());
            details.put("tables", cut.tables());
            details.put("lagSeconds", cut.lagSeconds());
        } else if (event instanceof PipelineEvent.StreamLost lost) {
            details.put("reason", lost.reason());
        } else if (event instanceof PipelineEvent.LoadBegunAnew again) {
            details.put("source", again.source());
            details.put("reason", again.reason());
        } else if (event instanceof PipelineEvent.TableStopped stopped) {
            details.put("source", stopped.source());
            details.put("reason", stopped.reason());
        } else if (event instanceof PipelineEvent.RowsSetAside aside) {
            details.put("table", aside.table());
            details.put("rows", aside.rows());
            details.put("column", aside.column());
            details.put("reason", aside.reason());
        } else if (event instanceof PipelineEvent.VerificationProgressed step) {
            details.put("step", step.step());
            details.put("tablesDone", step.tablesDone());
            details.put("tablesTotal", step.tablesTotal());
        } else if (event instanceof PipelineEvent.VerificationEnded ended) {
            details.put("state", ended.state());
            details.put("verdict", ended.verdict().orElse(null));
        } else if (event instanceof PipelineEvent.DefinitionChanged changed) {
            details.put("change", changed.kind().name());
            details.put("revision", changed.revision());
        } else if (event instanceof PipelineEvent.Failed failed) {
            details.put("kind", failed.failure().kind().name());
            details.put("message", failed.failure().message());
            details.put("hint", failed.failure().hint());
            details.put(
                    "retryInSeconds",
                    failed.retryIn()
                            .map(Duration::toMillis)
                            .map(millis -> millis / 1000.0)
                            .orElse(null));
        }
        return new EventJson(event.getClass().getSimpleName(), event.pipeline(), details);
    }
}
