package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;

/** The source has lost the stream of published tables: every table is loaded anew, by itself. */
class CrashMatrixLostStreamIT extends CrashMatrix {

    CrashMatrixLostStreamIT() {
        super(Phase.LOST_STREAM, Bank.TABLES);
    }

    /** What is changed now nobody is told of. */
    @Override
    void prepare(BankLake lake) {
        lake.dropSlot();
        bank().transfers(5);
    }

    /** From the new slot on it is a first load, whose steps {@link CrashMatrixSnapshotIT} dies at. */
    @Override
    boolean isOwn(FailPoint point) {
        return switch (point) {
            case LOAD_AFTER_STEP, HANDOVER_BEFORE_STREAM, CUT_AFTER_CATALOG, CUT_AFTER_TABLES -> true;
            case SLOT_BEFORE_DROP, SLOT_AFTER_DROP, SLOT_BEFORE_CREATION, SLOT_AFTER_CREATION -> true;
            default -> !point.isReachedIn(Phase.SNAPSHOT);
        };
    }

    /** Between two tables. */
    @Override
    int occurrences(FailPoint point) {
        return point == FailPoint.LOAD_AFTER_ASK ? 2 : super.occurrences(point);
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.LOAD_AFTER_ASK, 1);
    }
}
