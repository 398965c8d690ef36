package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline as the API shows it; what is not known yet is {@code null}.
 *
 * @param totals its tables, added up
 * @param tables its tables; {@code null} where they were not asked for
 */
@Schema(name = "Pipeline")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record PipelineJson(
        String name,
        String state,
        String phase,
        @Nullable String position,
        long cut,
        long epoch,
        long lagBytes,
        double lagSeconds,
        long rowsPublished,
        @Nullable String startedAt,
        @Nullable FailureJson error,
        TotalsJson totals,

        @Schema(description = "null with tables=false") @Nullable
        List<TableJson> tables) {

    /** With its tables. */
    static PipelineJson of(PipelineStatus status) {
        return of(status, tables(status));
    }

    /** Without its tables: the same size whatever their number. */
    static PipelineJson light(PipelineStatus status) {
        return of(status, null);
    }

    /** Its tables. */
    static List<TableJson> tables(PipelineStatus status) {
        return status.tables().stream().map(TableJson::of).toList();
    }

    private static PipelineJson of(PipelineStatus status, @Nullable List<TableJson> tables) {
        return new PipelineJson(
                status.name(),
                status.state().name(),
                status.phase().name(),
                status.position().orElse(null),
                status.cut(),
                status.epoch(),
                status.lagBytes(),
                status.lagSeconds(),
                status.rowsPublished(),
                status.startedAt().map(Object::toString).orElse(null),
                status.error().map(FailureJson::of).orElse(null),
                TotalsJson.of(status.tables()),
                tables);
    }

    /**
     * The tables of a pipeline, added up.
     *
     * @param tables how many there are
     * @param loading how many are being read, first or anew
     * @param stopped how many were left behind
     * @param setAside rows of the source that are set aside at present
     */
    @Schema(name = "TableTotals")
    public record TotalsJson(
            int tables,
            int loading,
            int stopped,
            long rowsRead,
            long rowsEstimated,
            long bytesRead,
            long changes,
            long setAside) {

        static TotalsJson of(List<TableStatus> tables) {
            return new TotalsJson(
                    tables.size(),
                    (int) tables.stream().filter(TableStatus::loading).count(),
                    (int) tables.stream()
                            .filter(table -> table.phase() == PipelinePhase.STOPPED)
                            .count(),
                    tables.stream().mapToLong(TableStatus::rowsRead).sum(),
                    tables.stream().mapToLong(TableStatus::rowsEstimated).sum(),
                    tables.stream().mapToLong(TableStatus::bytesRead).sum(),
                    tables.stream().mapToLong(TableStatus::changes).sum(),
                    tables.stream().mapToLong(TableStatus::setAside).sum());
        }
    }

    /**
     * One table.
     *
     * @param setAside rows of the source that are set aside at present
     */
    @Schema(name = "Table")
    public record TableJson(
            String source,
            String sink,
            String phase,
            boolean loading,
            long rowsRead,
            long rowsEstimated,
            long bytesRead,
            long changes,
            @Nullable String position,
            @Nullable Long snapshotId,
            @Nullable String detail,
            long setAside) {

        static TableJson of(TableStatus table) {
            return new TableJson(
                    table.source(),
                    table.sink(),
                    table.phase().name(),
                    table.loading(),
                    table.rowsRead(),
                    table.rowsEstimated(),
                    table.bytesRead(),
                    table.changes(),
                    table.position().orElse(null),
                    table.snapshotId().isPresent() ? table.snapshotId().getAsLong() : null,
                    table.detail().isEmpty() ? null : table.detail(),
                    table.setAside());
        }
    }

    /** The last failure. */
    @Schema(name = "Failure")
    public record FailureJson(String kind, String message, String hint, String at) {

        static FailureJson of(PipelineStatus.Failure failure) {
            return new FailureJson(
                    failure.kind().name(),
                    failure.message(),
                    failure.hint(),
                    failure.at().toString());
        }
    }
}
