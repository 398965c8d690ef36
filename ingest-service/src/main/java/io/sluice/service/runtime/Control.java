package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** What the outside asks of a running pipeline; the running threads look at it between two steps. Thread-safe. */
final class Control {

    /** A table whose columns change again and again while it is loaded is left behind in the end. */
    static final int LOADS_BEGUN_ANEW = 3;

    private boolean stopRequested;
    private boolean pauseRequested;
    private final List<CompletableFuture<Long>> cutRequests = new ArrayList<>();
    private boolean restRequested;
    private final List<RepairRequest> repairRequests = new ArrayList<>();
    private final Set<TableId> reloads = new TreeSet<>();
    private boolean reloadRequested;
    private Optional<PipelineException> streamLost = Optional.empty();
    private final Map<TableId, Integer> loadsBegunAnew = new TreeMap<>();
    private final Set<TableId> leftOut = new TreeSet<>();

    synchronized void requestStop() {
        stopRequested = true;
        notifyAll();
    }

    synchronized void requestPause() {
        pauseRequested = true;
        notifyAll();
    }

    synchronized void requestResume() {
        pauseRequested = false;
        notifyAll();
    }

    /** Asks for a tagged cut; the answer is its number. */
    synchronized CompletableFuture<Long> requestCut() {
        CompletableFuture<Long> answer = new CompletableFuture<>();
        cutRequests.add(answer);
        return answer;
    }

    /** The requests that nobody has answered yet. */
    synchronized List<CompletableFuture<Long>> cutRequests() {
        cutRequests.removeIf(CompletableFuture::isDone);
        return new ArrayList<>(cutRequests);
    }

    /** The table should be loaded anew, which takes another run. */
    synchronized void requestReload(TableId source) {
        reloads.add(source);
        reloadRequested = true;
        notifyAll();
    }

    /** Whether the table waits to be loaded anew. */
    synchronized boolean isReloading(TableId source) {
        return reloads.contains(source);
    }

    /** Whether this run should end for another one that loads tables anew. */
    synchronized boolean reloadRequested() {
        return reloadRequested;
    }

    /** A run begins that will see to what was asked for: the tables that are to be loaded anew. */
    synchronized Set<TableId> beginReloads() {
        reloadRequested = false;
        return Set.copyOf(reloads);
    }

    /** The lake knows that the table is to be loaded anew. */
    synchronized void reloadNoted(TableId source) {
        reloads.remove(source);
    }

    /** Whether a load that a change of its table has ended may be begun anew by itself. */
    synchronized boolean mayLoadAgain(TableId source) {
        return loadsBegunAnew.getOrDefault(source, 0) < LOADS_BEGUN_ANEW;
    }

    /** A load is begun anew by itself. */
    synchronized void loadsAgain(TableId source) {
        loadsBegunAnew.merge(source, 1, Integer::sum);
    }

    /** A load is published. */
    synchronized void loaded(TableId source) {
        loadsBegunAnew.remove(source);
    }

    /** The stream has a gap: the next run must not follow it. */
    synchronized void streamLost(PipelineException cause) {
        streamLost = Optional.of(cause);
    }

    /** The stream does not include this table any more: the next run must not follow it there. */
    synchronized void streamLeavesOut(TableId source) {
        leftOut.add(source);
    }

    /** Tables that the stream does not include, or has not for a while. */
    synchronized Set<TableId> leftOut() {
        return Set.copyOf(leftOut);
    }

    /** The lake knows what that means for the table. */
    synchronized void streamIncludes(TableId source) {
        leftOut.remove(source);
    }

    /** Why the stream must not be followed; empty while it may. */
    synchronized Optional<PipelineException> streamLost() {
        return streamLost;
    }

    /** The lake knows what the gap means for its tables, and the stream is gone. */
    synchronized void streamReplaced() {
        streamLost = Optional.empty();
    }

    /** The stream should come to rest and be begun again: tables are ready to join it. */
    synchronized void requestRest() {
        restRequested = true;
        notifyAll();
    }

    /** What the rest was asked for is being done. */
    synchronized void clearRest() {
        restRequested = false;
    }

    /** Asks for rows to be read again; the answer is the number of the cut that has them. */
    synchronized CompletableFuture<Long> requestRepair(List<ColumnBatch> keys) {
        RepairRequest request = new RepairRequest(List.copyOf(keys), new CompletableFuture<>());
        repairRequests.add(request);
        return request.answer();
    }

    /** The requests that nobody has answered yet. */
    synchronized List<RepairRequest> repairRequests() {
        repairRequests.removeIf(request -> request.answer().isDone());
        return new ArrayList<>(repairRequests);
    }

    /**
     * Rows to be read again.
     *
     * @param keys for each lake table the keys
     * @param answer the number of the cut that has the rows
     */
    record RepairRequest(List<ColumnBatch> keys, CompletableFuture<Long> answer) {}

    synchronized boolean stopRequested() {
        return stopRequested;
    }

    synchronized boolean pauseRequested() {
        return pauseRequested;
    }

    /** Whether the stream should come to rest: to stop, to pause, or for tables that join. */
    synchronized boolean interruptsStream() {
        return stopRequested || pauseRequested || restRequested || reloadRequested;
    }

    /** Returns when no pause is asked for any more, or a stop is. */
    synchronized void awaitResume() throws InterruptedException {
        while (pauseRequested && !stopRequested) {
            wait();
        }
    }

    /** Waits that long, or shorter when a stop is asked for. */
    synchronized void awaitStop(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + millis * 1_000_000;
        long left = millis;
        while (!stopRequested && left > 0) {
            wait(left);
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
    }
}
