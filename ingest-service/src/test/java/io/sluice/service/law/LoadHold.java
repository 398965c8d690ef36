package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoints;

/** Lets a part of a load go on only when a cut that put changes into loads was committed meanwhile. Thread-safe. */
final class LoadHold implements FailPoints {

    private final FailPoints run;
    private boolean changesWritten;
    private long cuts;

    LoadHold(FailPoints run) {
        this.run = run;
    }

    @Override
    public void reach(FailPoint point) {
        run.reach(point);
        switch (point) {
            case DRAIN_AFTER_FILE -> written();
            case CUT_AFTER_TABLES -> committed();
            case SNAPSHOT_AFTER_FILES -> awaitCut();
            default -> {}
        }
    }

    private synchronized void written() {
        changesWritten = true;
    }

    private synchronized void committed() {
        if (changesWritten) {
            changesWritten = false;
            cuts++;
            notifyAll();
        }
    }

    private synchronized void awaitCut() {
        long before = cuts;
        while (cuts == before) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
