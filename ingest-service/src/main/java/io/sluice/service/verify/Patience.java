package io.sluice.service.verify;

import io.sluice.pipeline.position.Position;
import java.time.Duration;

/** Waits for the lake, which is a commit interval behind its source or more. Used by one thread. */
final class Patience {

    private static final Duration LOOK = Duration.ofMillis(200);

    private final LakeProgress progress;
    private final Duration standstill;

    /** @param standstill how long the lake may stand still before the waiting is given up */
    Patience(LakeProgress progress, Duration standstill) {
        this.progress = progress;
        this.standstill = standstill;
    }

    /** How far the lake is now. */
    LakeProgress.Reached now() {
        return progress.now();
    }

    /**
     * Returns when the lake has passed the position, or when nobody brings it there: the pipeline does not run, or has
     * published nothing for too long.
     *
     * @return how far the lake was found
     */
    LakeProgress.Reached await(Position position) throws InterruptedException {
        return await(position, () -> {});
    }

    /**
     * As {@link #await(Position)}.
     *
     * @param meanwhile runs a few times a second while it waits
     */
    LakeProgress.Reached await(Position position, Runnable meanwhile) throws InterruptedException {
        LakeProgress.Reached reached = progress.now();
        long deadline = System.nanoTime() + standstill.toNanos();
        while (!reached.covers(position) && reached.follows() && System.nanoTime() < deadline) {
            Thread.sleep(LOOK.toMillis());
            meanwhile.run();
            LakeProgress.Reached next = progress.now();
            if (!next.published().equals(reached.published())) {
                deadline = System.nanoTime() + standstill.toNanos();
            }
            reached = next;
        }
        return reached;
    }
}
