package io.sluice.service.runtime;

import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.position.Position;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Decides which cuts are tagged: one in an interval, and those that somebody asks for. A requested cut contains
 * everything that was committed at the source before the request was seen. Where nothing changed since the last cut, that
 * cut is the present state, so it is the one that is tagged.
 *
 * <p>Asked by the stream's thread, told by the committer's; thread-safe.
 */
final class CutTagging {

    private final Control control;
    private final Optional<Duration> interval;
    private final Clock clock;
    private final Supplier<Position> currentPosition;

    private final List<Request> requests = new ArrayList<>();
    private Instant last;
    private long lastCut;

    /**
     * Where tagging goes on.
     *
     * @param latest the last tag in the lake, set in every table
     * @param currentPosition a position that covers everything that is committed at the source, which the stream reaches
     */
    CutTagging(
            Control control,
            Optional<Duration> interval,
            Optional<LakeCut> latest,
            Clock clock,
            Supplier<Position> currentPosition) {
        this.control = control;
        this.interval = interval;
        this.clock = clock;
        this.currentPosition = currentPosition;
        this.last = latest.map(LakeCut::publishedAt).orElse(Instant.EPOCH);
        this.lastCut = latest.map(LakeCut::number).orElse(0L);
    }

    /** A request with the position that its cut has to cover. */
    private record Request(CompletableFuture<Long> answer, Position position) {}

    /** Takes up new requests; asks the source for its position when there are some. */
    void look() {
        List<CompletableFuture<Long>> asked = control.cutRequests();
        if (asked.isEmpty()) {
            return;
        }
        synchronized (this) {
            requests.removeIf(request -> request.answer.isDone());
            asked.removeIf(answer -> requests.stream().anyMatch(request -> request.answer == answer));
        }
        if (!asked.isEmpty()) {
            Position position = currentPosition.get();
            synchronized (this) {
                asked.forEach(answer -> requests.add(new Request(answer, position)));
            }
        }
    }

    /** Whether somebody waits for a cut that may end at this boundary. */
    synchronized boolean isRequestedAt(Optional<Position> boundary) {
        return boundary.isPresent()
                && requests.stream()
                        .anyMatch(request ->
                                !request.answer.isDone() && boundary.get().covers(request.position));
    }

    /** Whether the cut that ends at this boundary gets a tag. */
    synchronized boolean isDueAt(Optional<Position> boundary) {
        return isRequestedAt(boundary)
                || interval.isPresent() && !clock.instant().isBefore(last.plus(interval.get()));
    }

    /** Whether the last cut, behind which nothing has changed up to this boundary, is to be tagged now. */
    synchronized boolean isDueForLast(long cut, Optional<Position> boundary) {
        return isRequestedAt(boundary) || cut > lastCut && isDueAt(boundary);
    }

    /** A cut, and with it everything up to the position, is tagged in every table. */
    void tagged(long cut, Position position) {
        List<Request> done = new ArrayList<>();
        synchronized (this) {
            last = clock.instant();
            lastCut = cut;
            for (Iterator<Request> each = requests.iterator(); each.hasNext(); ) {
                Request request = each.next();
                if (position.covers(request.position)) {
                    done.add(request);
                    each.remove();
                }
            }
        }
        done.forEach(request -> request.answer.complete(cut));
    }
}
