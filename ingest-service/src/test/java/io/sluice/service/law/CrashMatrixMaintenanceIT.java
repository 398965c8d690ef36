package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;
import java.util.stream.Stream;

/**
 * Rows are read again in a cut of their own, cuts are tagged without a change, a table is loaded anew, and another one is
 * left behind.
 */
class CrashMatrixMaintenanceIT extends CrashMatrix {

    CrashMatrixMaintenanceIT() {
        super(
                Phase.MAINTENANCE,
                Stream.concat(Bank.TABLES.stream(), Stream.of(Bank.MEMO)).toList());
    }

    @Override
    void prepare(BankLake lake) {
        bank().transfers(5);
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.STOP_AFTER_COMMIT, 1);
    }

    /** A table that was left behind is read again once it was dropped. */
    @Override
    void restart(BankLake lake) throws InterruptedException {
        super.restart(lake);
        if (lake.isStopped(Bank.MEMO)) {
            lake.dropTable(Bank.MEMO);
            super.restart(lake);
        }
    }
}
