package io.sluice.service.runtime;

import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.TableStorage;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the source says of tables whose state in the lake is known, before a run changes anything; a plan asks the same.
 *
 * @param found by the source's names; without tables that it no longer has
 * @param source the database that was asked
 */
record SourceLook(Map<TableId, TableStorage> found, String source) {

    /** Asks about all tables at once. */
    static SourceLook at(SourceDatabase database, Collection<TableRuntime> tables) {
        Map<TableId, String> since = new HashMap<>();
        tables.forEach(table ->
                since.put(table.source(), table.isPublished() || table.load().isPresent() ? table.storageMark() : ""));
        Map<TableId, TableStorage> found = since.isEmpty() ? Map.of() : database.storage(since);
        return new SourceLook(found, found.isEmpty() ? "" : database.identity());
    }

    Optional<TableStorage> storage(TableRuntime table) {
        return Optional.ofNullable(found.get(table.source()));
    }

    /** Whether the change stream does not include the table, or did not for a while since its rows were made durable. */
    boolean isLeftOut(TableRuntime table) {
        return storage(table)
                .filter(now -> StreamGap.isIn(table, now.stream(), source))
                .isPresent();
    }

    /** What happened to rows of the table that are durable, without a trace in the log. */
    Optional<String> change(TableRuntime table) {
        return storage(table).flatMap(TableStorage::change);
    }
}
