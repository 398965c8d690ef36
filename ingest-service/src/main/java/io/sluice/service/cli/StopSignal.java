package io.sluice.service.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import sun.misc.Signal;

/**
 * SIGINT and SIGTERM as a request: the first one asks for a clean stop, whose exit code is then this process's; a second
 * SIGINT ends the process at once. Thread-safe.
 */
final class StopSignal {

    private static final int HALTED_BY_INTERRUPT = 130;

    private final CountDownLatch requested = new CountDownLatch(1);

    private StopSignal() {}

    /** Listens from now on, in place of the JVM's own handlers. */
    static StopSignal install() {
        StopSignal stop = new StopSignal();
        Signal.handle(new Signal("TERM"), signal -> stop.requested.countDown());
        Signal.handle(new Signal("INT"), signal -> {
            if (stop.isRequested()) {
                Runtime.getRuntime().halt(HALTED_BY_INTERRUPT);
            }
            stop.requested.countDown();
        });
        return stop;
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for a request; whether it came. */
    boolean await(long millis) throws InterruptedException {
        return requested.await(millis, TimeUnit.MILLISECONDS);
    }
}
