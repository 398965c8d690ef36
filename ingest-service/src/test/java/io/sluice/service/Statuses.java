package io.sluice.service;

import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Statuses for tests of what shows them. */
public final class Statuses {

    private Statuses() {}

    public static TableStatus table(String source, PipelinePhase phase, long read, long estimated, long bytes) {
        return new TableStatus(
                source,
                source.replace("public.", "shop."),
                phase,
                phase == PipelinePhase.SNAPSHOT,
                read,
                estimated,
                bytes,
                7,
                phase == PipelinePhase.SNAPSHOT ? Optional.empty() : Optional.of("0/1A2B3C4D"),
                phase == PipelinePhase.SNAPSHOT ? OptionalLong.empty() : OptionalLong.of(123),
                "",
                0);
    }

    /** The same with so many rows set aside. */
    public static TableStatus setAside(TableStatus table, long rows) {
        return new TableStatus(
                table.source(),
                table.sink(),
                table.phase(),
                table.loading(),
                table.rowsRead(),
                table.rowsEstimated(),
                table.bytesRead(),
                table.changes(),
                table.position(),
                table.snapshotId(),
                table.detail(),
                rows);
    }

    public static PipelineStatus pipeline(
            String name, PipelineState state, PipelinePhase phase, long cut, List<TableStatus> tables) {
        return new PipelineStatus(
                name,
                state,
                phase,
                cut == 0 ? Optional.empty() : Optional.of("0/1A2B3C4D"),
                cut,
                3,
                2_500_000,
                0.44,
                12_345,
                Optional.of(Instant.parse("2026-01-02T03:04:05Z")),
                Optional.empty(),
                tables);
    }
}
