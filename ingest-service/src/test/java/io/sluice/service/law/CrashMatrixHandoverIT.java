package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;

/** A table joins a pipeline that has changes to publish. */
class CrashMatrixHandoverIT extends CrashMatrix {

    CrashMatrixHandoverIT() {
        super(Phase.HANDOVER, Bank.TABLES);
    }

    @Override
    void prepare(BankLake lake) {
        lake.dropTable("audit");
        bank().transfers(5);
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.CUT_AFTER_CATALOG, 2);
    }
}
