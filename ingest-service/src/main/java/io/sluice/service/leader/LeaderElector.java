package io.sluice.service.leader;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One candidate. The algorithm is that of Kubernetes' own components (client-go's {@code leaderelection}): a Lease that
 * another one holds is left alone until it was seen unchanged for its whole duration, by this process's own steady clock,
 * so clocks need not agree; a leader counts from before it asked for a renewal and gives up earlier than others may begin.
 *
 * <p>A leader that lost the Lease is no candidate any more: it does not know what was done since, and a new process does.
 * Nothing here keeps rows exactly once, which the epochs in the lake do; this keeps one process at work and another ready.
 *
 * <p>{@link #attempt} and {@link #resign} are called by one thread at a time, everything else by any.
 */
final class LeaderElector {

    private final Leases leases;
    private final String identity;
    private final ElectionTimes times;
    private final LongSupplier nanos;
    private final Clock clock;

    private @Nullable Lease observed;
    private long observedAt;

    /** Guarded by this. */
    private Standing standing = Standing.STANDBY;
    /** When the renewal was asked for that is the basis of being the leader; guarded by this. */
    private long renewedAt;
    /** When the Lease was last read or written; guarded by this. */
    private long contactAt;

    private String holder = "";
    private String trouble = "";

    /**
     * A candidate that has not tried yet.
     *
     * @param identity of this process alone, among all that ever were
     * @param nanos a clock that never goes back, as {@link System#nanoTime}
     * @param clock for what the Lease tells people
     */
    LeaderElector(Leases leases, String identity, ElectionTimes times, LongSupplier nanos, Clock clock) {
        this.leases = leases;
        this.identity = identity;
        this.times = times;
        this.nanos = nanos;
        this.clock = clock;
        this.contactAt = nanos.getAsLong() - times.lease().toNanos();
    }

    /**
     * Where a candidate stands.
     *
     * <pre>
     * STANDBY ──got the Lease──▶ LEADER ──not renewed in time, or another has it──▶ LOST
     * </pre>
     */
    enum Standing {
        STANDBY,
        LEADER,
        LOST
    }

    /** Tries once to get the Lease, or to keep it. */
    void attempt() {
        if (standing() == Standing.LOST) {
            return;
        }
        long asked = nanos.getAsLong();
        try {
            Optional<Lease> found = leases.read();
            found.ifPresent(this::observe);
            if (found.isPresent() && !mayTake(found.get())) {
                contact(found.get().holder());
                return;
            }
            Optional<Lease> stored =
                    found.isEmpty() ? leases.create(next(Optional.empty())) : leases.replace(next(found));
            // Empty: another one was quicker, whose Lease the next attempt sees.
            stored.ifPresent(this::observe);
            contact(stored.map(Lease::holder).orElse(""));
            if (stored.isPresent()) {
                held(asked);
            }
        } catch (LeaseUnavailableException e) {
            trouble(String.valueOf(e.getMessage()));
        }
    }

    /** Gives the Lease back, when this candidate has it, so that another one need not wait. */
    void resign() {
        try {
            Optional<Lease> found = leases.read();
            if (found.isPresent() && found.get().isHeldBy(identity)) {
                Lease held = found.get();
                leases.replace(new Lease(
                        "", Duration.ofSeconds(1), held.acquired(), now(), held.transitions(), held.version()));
            }
        } catch (LeaseUnavailableException e) {
            trouble("the Lease could not be given back, and expires by itself: " + e.getMessage());
        } finally {
            synchronized (this) {
                if (standing == Standing.LEADER) {
                    transition(Standing.LOST);
                }
            }
        }
    }

    /** Where this candidate stands now: a leader that has not renewed in time has lost, whatever its attempts are at. */
    synchronized Standing standing() {
        if (standing == Standing.LEADER
                && nanos.getAsLong() - renewedAt >= times.renewal().toNanos()) {
            trouble = "not renewed within " + times.renewal() + (trouble.isEmpty() ? "" : ": " + trouble);
            transition(Standing.LOST);
        }
        return standing;
    }

    /** How long, in nanoseconds, until another one may take the Lease that this leader renewed last; negative after that. */
    synchronized long nanosUntilOthers() {
        return renewedAt + times.lease().toNanos() - nanos.getAsLong();
    }

    /** Whether the Lease was read or written within its duration. */
    synchronized boolean inContact() {
        return nanos.getAsLong() - contactAt < times.lease().toNanos();
    }

    /** Who was last seen to hold the Lease; empty for nobody or not known. */
    synchronized String holder() {
        return holder;
    }

    /** Why the last attempt failed, or this leader lost; empty when there is nothing to tell. */
    synchronized String trouble() {
        return trouble;
    }

    private boolean mayTake(Lease found) {
        if (found.isHeldBy(identity)) {
            return true;
        }
        if (standing() != Standing.STANDBY) {
            synchronized (this) {
                if (standing == Standing.LEADER) {
                    trouble = found.isFree() ? "it was given away" : found.holder() + " has it";
                    transition(Standing.LOST);
                }
            }
            return false;
        }
        if (found.isFree()) {
            return true;
        }
        // Whoever promised to be at work for longer is left alone for longer.
        Duration patience = found.duration().compareTo(times.lease()) > 0 ? found.duration() : times.lease();
        return nanos.getAsLong() - observedAt >= patience.toNanos();
    }

    private void observe(Lease lease) {
        if (!Objects.equals(observed, lease)) {
            observed = lease;
            observedAt = nanos.getAsLong();
        }
    }

    private Lease next(Optional<Lease> present) {
        Instant now = now();
        boolean ours = present.filter(lease -> lease.isHeldBy(identity)).isPresent();
        return new Lease(
                identity,
                times.lease(),
                ours ? present.get().acquired() : now,
                now,
                present.map(lease -> lease.transitions() + (ours ? 0 : 1)).orElse(0),
                present.map(Lease::version).orElse(""));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private synchronized void contact(String holds) {
        contactAt = nanos.getAsLong();
        holder = holds;
        if (standing != Standing.LOST) {
            trouble = "";
        }
    }

    private synchronized void trouble(String message) {
        trouble = message;
    }

    private synchronized void held(long asked) {
        // An answer that took so long that its Lease must be given up at once is the next attempt's to make good.
        boolean late = nanos.getAsLong() - asked >= times.renewal().toNanos();
        if (standing() == Standing.LOST || late) {
            return;
        }
        renewedAt = asked;
        if (standing == Standing.STANDBY) {
            transition(Standing.LEADER);
        }
    }

    private synchronized void transition(Standing to) {
        boolean allowed = switch (to) {
            case STANDBY -> false;
            case LEADER -> standing == Standing.STANDBY;
            case LOST -> standing == Standing.LEADER;
        };
        if (!allowed) {
            throw new IllegalStateException("A candidate cannot go from " + standing + " to " + to);
        }
        standing = to;
    }
}
