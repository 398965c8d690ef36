package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;

/** A restart with changes, and a cut that is asked for. */
class CrashMatrixIncrementalIT extends CrashMatrix {

    CrashMatrixIncrementalIT() {
        super(Phase.INCREMENTAL, Bank.TABLES);
    }

    @Override
    void prepare(BankLake lake) {
        bank().transfers(5);
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.CUT_AFTER_TABLE, 2);
    }
}
