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
