package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A pipeline as the API shows it; what is not known yet is {@code null}. */
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
        List<TableJson> tables) {

    static PipelineJson of(PipelineStatus status) {
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
                status.tables().stream().map(TableJson::of).toList());
    }

    /** One table. */
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
            @Nullable String detail) {

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
                    table.detail().isEmpty() ? null : table.detail());
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
