package io.sluice.service.logging;

import io.sluice.service.observe.Fields;
import io.sluice.service.runtime.PipelineEvent;
import java.util.Locale;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what happens to pipelines, with pipeline, table and cut as fields. */
final class EventLog implements Consumer<PipelineEvent> {

    /** The category of these lines. */
    static final String CATEGORY = "sluice.events";

    private static final Logger LOG = LoggerFactory.getLogger(CATEGORY);

    @Override
    public void accept(PipelineEvent event) {
        try (Fields pipeline = Fields.pipeline(event.pipeline())) {
            log(event);
        }
    }

    private static void log(PipelineEvent event) {
        if (event instanceof PipelineEvent.CutPublished cut) {
            try (Fields field = Fields.with(Fields.CUT, Long.toString(cut.cut()))) {
                LOG.info(
                        "Cut {} is published at {}: {} rows in {} tables",
                        cut.cut(),
                        cut.position(),
                        cut.rows(),
                        cut.tables());
            }
        } else if (event instanceof PipelineEvent.TablePublished table) {
            try (Fields field = Fields.with(Fields.TABLE, table.sink())) {
                LOG.info(
                        "Table {} is published at {}: {} rows in {} files",
                        table.sink(),
                        table.position(),
                        table.rows(),
                        table.files());
            }
        } else if (event instanceof PipelineEvent.TableStopped table) {
            try (Fields field = Fields.with(Fields.TABLE, table.source())) {
                LOG.warn("Table {} is stopped: {}", table.source(), table.reason());
            }
        } else if (event instanceof PipelineEvent.LoadBegunAnew again) {
            try (Fields field = Fields.with(Fields.TABLE, again.source())) {
                LOG.warn("Table {} changed while it was loaded and is loaded anew: {}", again.source(), again.reason());
            }
        } else if (event instanceof PipelineEvent.RowsSetAside aside) {
            try (Fields field = Fields.with(Fields.TABLE, aside.table())) {
                LOG.warn(
                        "{} of table {} set aside, of the last one column '{}': {}",
                        aside.rows() == 1 ? "1 row" : aside.rows() + " rows",
                        aside.table(),
                        aside.column(),
                        aside.reason());
            }
        } else if (event instanceof PipelineEvent.HandedOver handover) {
            LOG.info(
                    "Loaded {} rows in {} s; changes follow from {}",
                    handover.rows(),
                    String.format(Locale.ROOT, "%.1f", handover.seconds()),
                    handover.position());
        } else if (event instanceof PipelineEvent.StreamLost lost) {
            LOG.warn("The stream is lost, tables are loaded anew: {}", lost.reason());
        } else if (event instanceof PipelineEvent.Failed failed) {
            failed(failed);
        } else if (event instanceof PipelineEvent.StateChanged changed) {
            LOG.info("State {} becomes {}", changed.from(), changed.to());
        } else if (event instanceof PipelineEvent.DefinitionChanged changed) {
            LOG.info(
                    "The definition is {}, revision {}",
                    changed.kind().name().toLowerCase(Locale.ROOT),
                    changed.revision());
        } else if (event instanceof PipelineEvent.VerificationEnded ended) {
            LOG.info(
                    "The comparison of source and lake is {}: {}",
                    ended.state(),
                    ended.verdict().orElse("no verdict"));
        }
    }

    private static void failed(PipelineEvent.Failed failed) {
        String kind = failed.failure().kind().name();
        String message = failed.failure().message();
        String hint = failed.failure().hint();
        if (failed.retryIn().isPresent()) {
            LOG.warn(
                    "Failed ({}), next attempt in {} s: {} Hint: {}",
                    kind,
                    failed.retryIn().get().toSeconds(),
                    message,
                    hint);
        } else {
            LOG.error("Failed ({}): {} Hint: {}", kind, message, hint);
        }
    }
}
