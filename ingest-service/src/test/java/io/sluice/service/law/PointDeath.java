package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets a run die at one point, and keeps account of the points that it reached before. Thread-safe. */
final class PointDeath implements FailPoints {

    /** Not an exception: it passes every handler, as a kill would. */
    static final class Death extends Error {
        private static final long serialVersionUID = 1;

        Death(String message) {
            super(message);
        }
    }

    private final Optional<FailPoint> point;
    private final int occurrence;
    private final Map<FailPoint, Integer> reached = new EnumMap<>(FailPoint.class);
    private volatile boolean died;

    private PointDeath(@Nullable FailPoint point, int occurrence) {
        this.point = Optional.ofNullable(point);
        this.occurrence = occurrence;
    }

    /** A run that lives. */
    static PointDeath none() {
        return new PointDeath(null, 0);
    }

    /** A run that dies when it reaches the point for the n-th time. */
    static PointDeath at(FailPoint point, int occurrence) {
        return new PointDeath(point, occurrence);
    }

    @Override
    public synchronized void reach(FailPoint reachedPoint) {
        requireAlive("passing " + reachedPoint);
        int times = reached.merge(reachedPoint, 1, Integer::sum);
        if (point.equals(Optional.of(reachedPoint)) && times == occurrence) {
            died = true;
            throw new Death("died at " + reachedPoint);
        }
    }

    /** For threads that have not noticed yet. */
    void requireAlive(String doing) {
        if (died) {
            throw new Death("dead, and now " + doing);
        }
    }

    boolean died() {
        return died;
    }

    void assertDied() {
        assertThat(died)
                .as("%s is declared for this phase and was reached %s times", point, reached)
                .isTrue();
    }

    void assertReached(Set<FailPoint> declared) {
        Set<FailPoint> found = EnumSet.noneOf(FailPoint.class);
        found.addAll(reached.keySet());
        assertThat(found)
                .as("points that this phase reaches, expected those that FailPoint declares for it")
                .isEqualTo(declared);
    }

    @Override
    public String toString() {
        return point + " #" + occurrence;
    }
}
