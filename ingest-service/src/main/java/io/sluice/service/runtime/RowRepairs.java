package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rows that somebody asked to be read again, within one stream. A request is put into an open cut and answered when that
 * cut is published; when the cut is given up, it waits for the next stream. Used by the stream's thread, but for {@link
 * #published}.
 */
final class RowRepairs {

    private final Control control;
    private final List<Taken> taken = new ArrayList<>();

    RowRepairs(Control control) {
        this.control = control;
    }

    private record Taken(Control.RepairRequest request, long cut) {}

    /** Whether a request waits to be put into a cut. */
    boolean isRequested() {
        return !waiting().isEmpty();
    }

    /**
     * Puts all requests into the cut.
     *
     * @param tables the lake tables that are followed; a request for another one is refused
     */
    void apply(CutWriter cut, Set<TableId> tables) {
        for (Control.RepairRequest request : waiting()) {
            List<TableId> strangers = request.keys().stream()
                    .map(keys -> keys.schema().table())
                    .filter(table -> !tables.contains(table))
                    .toList();
            if (!strangers.isEmpty()) {
                request.answer()
                        .completeExceptionally(new IllegalStateException(
                                "Rows of " + strangers + " cannot be read again: the pipeline does not follow it now"));
                continue;
            }
            for (ColumnBatch keys : request.keys()) {
                cut.readAgain(keys);
            }
            synchronized (taken) {
                taken.add(new Taken(request, cut.number()));
            }
        }
    }

    /** Whether this cut should end soon. */
    boolean isIn(long cut) {
        synchronized (taken) {
            return taken.stream()
                    .anyMatch(one -> one.cut() == cut && !one.request().answer().isDone());
        }
    }

    /** The cut is visible. */
    void published(long cut) {
        synchronized (taken) {
            taken.stream()
                    .filter(one -> one.cut() == cut)
                    .forEach(one -> one.request().answer().complete(cut));
        }
    }

    private List<Control.RepairRequest> waiting() {
        List<Control.RepairRequest> waiting = control.repairRequests();
        synchronized (taken) {
            waiting.removeIf(request -> taken.stream().anyMatch(one -> one.request() == request));
        }
        return waiting;
    }
}
