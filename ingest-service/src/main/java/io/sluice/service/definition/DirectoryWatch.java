package io.sluice.service.definition;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at directories again and again, on a thread of its own, until closed. */
public final class DirectoryWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DirectoryWatch.class);

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "definitions"));

    private DirectoryWatch() {}

    /**
     * Begins.
     *
     * @param pause between two looks, 1 ms or more
     */
    public static DirectoryWatch start(DefinitionDirectories directories, Duration pause) {
        DirectoryWatch watch = new DirectoryWatch();
        watch.thread.scheduleWithFixedDelay(
                () -> {
                    try {
                        directories.look();
                    } catch (RuntimeException e) {
                        // The next look may succeed; without this there would be none.
                        LOG.error("Looking for changed pipeline files failed", e);
                    }
                },
                pause.toMillis(),
                pause.toMillis(),
                TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Waits for a look under way. */
    @Override
    public void close() {
        thread.shutdown();
        boolean interrupted = false;
        while (true) {
            try {
                if (thread.awaitTermination(1, TimeUnit.MINUTES)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
                thread.shutdownNow();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
