package io.sluice.service.console;

import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a person is told about an event. Pure. */
final class EventLines {

    private EventLines() {}

    /** No line for what the live part shows anyway. */
    static List<String> of(PipelineEvent event) {
        List<String> lines = new ArrayList<>();
        String name = event.pipeline() + "  ";
        if (event instanceof PipelineEvent.HandedOver handover) {
            lines.add(name + "handover  snapshot complete: " + Amounts.exact(handover.rows()) + " rows in "
                    + String.format(Locale.ROOT, "%.1f", handover.seconds()) + "s ("
                    + Amounts.count(handover.rows() / Math.max(0.001, handover.seconds()))
                    + " rows/s); changes follow from " + handover.position());
        } else if (event instanceof PipelineEvent.StreamLost lost) {
            lines.add(name + "stream lost  tables are loaded anew: " + lost.reason());
        } else if (event instanceof PipelineEvent.LoadBegunAnew again) {
            lines.add(name + "loaded anew  " + again.source() + " changed while it was loaded: " + again.reason());
        } else if (event instanceof PipelineEvent.TableStopped stopped) {
            lines.add(name + "table stopped  " + stopped.source() + ": " + stopped.reason());
        } else if (event instanceof PipelineEvent.RowsSetAside aside) {
            lines.add(
                    name + "set aside  " + Amounts.exact(aside.rows()) + (aside.rows() == 1 ? " row of " : " rows of ")
                            + aside.table() + ", column " + aside.column() + ": " + aside.reason());
        } else if (event instanceof PipelineEvent.VerificationEnded ended) {
            lines.add(name + "verified  " + ended.verdict().orElse(ended.state()));
        } else if (event instanceof PipelineEvent.Failed failed) {
            failed.failure().message().lines().forEach(line -> lines.add(name + "failed  " + line));
            lines.add(name + "hint: " + failed.failure().hint());
            failed.retryIn()
                    .ifPresent(retry -> lines.add(name + "next attempt in " + Amounts.lag(retry.toMillis() / 1000.0)));
        } else if (event instanceof PipelineEvent.StateChanged changed
                && (changed.to() == PipelineState.PAUSED || changed.from() == PipelineState.PAUSED)) {
            lines.add(name + changed.from().name().toLowerCase(Locale.ROOT) + " → "
                    + changed.to().name().toLowerCase(Locale.ROOT));
        }
        return lines;
    }

    /** For a log: a table's snapshot is visible. */
    static String published(PipelineEvent.TablePublished table) {
        return table.pipeline() + "  published  " + table.sink() + ": " + Amounts.exact(table.rows()) + " rows in "
                + table.files() + (table.files() == 1 ? " file" : " files") + " at " + table.position();
    }
}
