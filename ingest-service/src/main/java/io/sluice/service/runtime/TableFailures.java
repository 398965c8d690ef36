package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.util.Collection;
import java.util.Optional;

/** Failures that are one table's own: it is left behind, so that the others, and the source's log, need not wait for it. */
final class TableFailures {

    private TableFailures() {}

    /** Whether the failure is that of a table and stays while only that table is read anew. */
    static boolean isOneTables(PipelineException failure) {
        return switch (failure.kind()) {
            case SCHEMA_CHANGED, DATA_REFUSED -> failure.table().isPresent();
            case CONFIGURATION,
                    SOURCE_UNAVAILABLE,
                    SOURCE_REFUSED,
                    SOURCE_LOST,
                    LAKE_UNAVAILABLE,
                    LAKE_REFUSED,
                    LAKE_CONFLICT,
                    FENCED,
                    INTERRUPTED,
                    INTERNAL -> false;
        };
    }

    /** Whether it is the failure of a table that takes no part any more: whatever else went on with it ends with it. */
    static boolean isLeftTables(PipelineException failure, Collection<TableRuntime> tables) {
        return isOneTables(failure)
                && tables.stream()
                        .filter(TableRuntime::isLeft)
                        .anyMatch(table -> failure.table()
                                .filter(name -> isCalled(table, name))
                                .isPresent());
    }

    /**
     * The table whose load, first or anew, has come to nothing because the table changed meanwhile, and can be begun anew
     * with what it is now.
     */
    static Optional<TableRuntime> loadsAgain(
            PipelineException failure, Collection<TableRuntime> tables, Control control) {
        return failure.kind() == ErrorKind.SCHEMA_CHANGED
                ? concerned(failure, tables)
                        .filter(table -> !table.isPublished() && control.mayLoadAgain(table.source()))
                : Optional.empty();
    }

    private static boolean isCalled(TableRuntime table, TableId name) {
        return table.source().equals(name) || table.sink().equals(name);
    }

    /** The table whose failure it is, where the others can go on without it. */
    static Optional<TableRuntime> concerned(PipelineException failure, Collection<TableRuntime> tables) {
        if (!isOneTables(failure)) {
            return Optional.empty();
        }
        TableId name = failure.table().orElseThrow();
        return tables.stream()
                .filter(table -> !table.isLeft() && isCalled(table, name))
                .findFirst();
    }
}
