package io.sluice.service.leader;

import io.sluice.service.leader.LeaderElector.Standing;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this process may run pipelines: always without leader election, and with it while it holds the Lease. Safe for
 * use by several threads.
 */
public final class Leadership implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
    /** Someone may have applied the manifest of the Service again. */
    private static final int RENEWALS_BETWEEN_POINTING = 15;

    private final Optional<Election> election;

    private Leadership(Optional<Election> election) {
        this.election = election;
    }

    /** For a process that has no others beside it. */
    public static Leadership alone() {
        return new Leadership(Optional.empty());
    }

    static Leadership of(LeaderElector elector, Optional<LeaderService> service, ElectionTimes times) {
        return new Leadership(Optional.of(new Election(elector, service, times)));
    }

    /** Whether there are candidates at all. */
    public boolean isElected() {
        return election.isPresent();
    }

    /** Begins to compete; the first attempt is made before this returns. */
    public void begin() {
        election.ifPresent(Election::begin);
    }

    /** Whether this process may run pipelines now. */
    public boolean leads() {
        return election.isEmpty() || election.get().elector.standing() == Standing.LEADER;
    }

    /** Whether this process led and may not any more; that is final. */
    public boolean isLost() {
        return election.isPresent() && election.get().elector.standing() == Standing.LOST;
    }

    /** Milliseconds until another process may lead, after this one has lost; 0 when that time has come. */
    public long millisUntilOthers() {
        return election.map(found -> Math.max(0, TimeUnit.NANOSECONDS.toMillis(found.elector.nanosUntilOthers())))
                .orElse(0L);
    }

    /** Whether this process knows who leads. */
    boolean inContact() {
        return election.isEmpty() || election.get().elector.inContact();
    }

    /** Who was last seen to lead; empty for nobody or not known. */
    public String holder() {
        return election.map(found -> found.elector.holder()).orElse("");
    }

    /** What stands in the way; empty for nothing. */
    public String trouble() {
        return election.map(found -> found.elector.trouble()).orElse("");
    }

    /** Gives the Lease back, so that the next process need not wait, and competes no more. */
    @Override
    public void close() {
        election.ifPresent(Election::close);
    }

    private static final class Election {

        private final LeaderElector elector;
        private final Optional<LeaderService> service;
        private final ElectionTimes times;
        private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "leader-election");
            made.setDaemon(true);
            return made;
        });
        /** Of the thread alone. */
        private int untilPointing;

        Election(LeaderElector elector, Optional<LeaderService> service, ElectionTimes times) {
            this.elector = elector;
            this.service = service;
            this.times = times;
        }

        void begin() {
            step();
            next();
        }

        private void next() {
            // A little apart, so that candidates that were started together do not ask together.
            long pause = times.retry().toMillis();
            long jitter = ThreadLocalRandom.current().nextLong(pause / 5 + 1);
            thread.schedule(
                    () -> {
                        step();
                        next();
                    },
                    pause - jitter,
                    TimeUnit.MILLISECONDS);
        }

        private void step() {
            String before = elector.trouble();
            try {
                elector.attempt();
                if (elector.standing() == Standing.LEADER) {
                    point();
                }
            } catch (RuntimeException e) {
                // The time limit of the leader decides; the next attempt may succeed.
                LOG.error("Leader election failed unexpectedly", e);
            }
            String now = elector.trouble();
            if (!now.isEmpty() && before.isEmpty()) {
                LOG.warn("Leader election: {}", now);
            }
        }

        private void point() {
            if (service.isEmpty() || untilPointing-- > 0) {
                return;
            }
            try {
                service.get().point();
                untilPointing = RENEWALS_BETWEEN_POINTING;
            } catch (LeaseUnavailableException e) {
                untilPointing = 0;
                LOG.error("The Service does not lead to this process, which is the leader: {}", e.getMessage());
            }
        }

        void close() {
            thread.shutdownNow();
            boolean interrupted = false;
            try {
                // An attempt is bounded by the limits of its requests.
                thread.awaitTermination(times.renewal().toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            elector.resign();
            if (!elector.trouble().isEmpty()) {
                LOG.warn("Leader election: {}", elector.trouble());
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
