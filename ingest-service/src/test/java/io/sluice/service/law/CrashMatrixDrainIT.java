package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;

/** A table joins and a published one is loaded anew, and both take changes while that lasts. */
class CrashMatrixDrainIT extends CrashMatrix {

    CrashMatrixDrainIT() {
        super(Phase.DRAIN, Bank.TABLES);
    }

    @Override
    String settings() {
        return "drain-after: 0s";
    }

    @Override
    void prepare(BankLake lake) throws InterruptedException {
        lake.askAnew("entry");
        lake.dropTable("audit");
        bank().transfers(5);
    }

    /** A table that joins is died at in {@link CrashMatrixHandoverIT}; what differs is what cuts and steps do to loads. */
    @Override
    boolean isOwn(FailPoint point) {
        return switch (point) {
            case LOAD_BEFORE_STEP, LOAD_AFTER_STEP, CUT_AFTER_DELETES, CUT_AFTER_CATALOG, CUT_AFTER_TABLES -> true;
            default -> !point.isReachedIn(Phase.HANDOVER);
        };
    }

    /** Between two loads. */
    @Override
    int occurrences(FailPoint point) {
        return switch (point) {
            case DRAIN_AFTER_MARK, DRAIN_AFTER_FILE -> 2;
            default -> super.occurrences(point);
        };
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.DRAIN_AFTER_COMMIT, 1);
    }
}
