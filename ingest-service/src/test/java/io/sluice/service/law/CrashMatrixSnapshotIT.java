package io.sluice.service.law;

import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.failpoint.FailPoint.Phase;

/** Each cell is a pipeline of its own, from nothing but the slot of a run that published nothing. */
class CrashMatrixSnapshotIT extends CrashMatrix {

    CrashMatrixSnapshotIT() {
        super(Phase.SNAPSHOT, Bank.TABLES);
    }

    @Override
    BankLake lake() {
        return newLake();
    }

    @Override
    int occurrences(FailPoint point) {
        return point == FailPoint.OWN_AFTER_CREATION ? 2 : super.occurrences(point);
    }

    @Override
    void prepare(BankLake lake) {
        database().execute("SELECT pg_create_logical_replication_slot('" + lake.slot() + "', 'pgoutput')");
    }

    @Override
    Cell halt() {
        return new Cell(FailPoint.LOAD_AFTER_STEP, 2);
    }

    @Override
    void leave(BankLake lake) {
        lake.dropSlot();
    }
}
