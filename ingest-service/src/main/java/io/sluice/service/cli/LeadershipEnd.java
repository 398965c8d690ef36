package io.sluice.service.cli;

import io.sluice.service.leader.Leadership;
import java.util.concurrent.locks.LockSupport;

/** The end of a process that ran pipelines and may not any more. */
final class LeadershipEnd {

    /** The exit code: to start it again makes it the standby. */
    static final int LOST = 6;

    private LeadershipEnd() {}

    /**
     * Ends the process when another one may lead, whatever it is at by then: a stop at any moment costs nothing, and what
     * is late anyway is fenced in the lake.
     */
    static void haltInTime(Leadership lost) {
        long left = lost.millisUntilOthers();
        Thread timer = new Thread(
                () -> {
                    long end = System.nanoTime() + left * 1_000_000;
                    while (System.nanoTime() < end) {
                        LockSupport.parkNanos(end - System.nanoTime());
                    }
                    Runtime.getRuntime().halt(LOST);
                },
                "end-of-leadership");
        timer.setDaemon(true);
        timer.start();
    }
}
