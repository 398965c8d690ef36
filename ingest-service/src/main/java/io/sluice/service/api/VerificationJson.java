package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.service.verify.TableResult;
import io.sluice.service.verify.VerificationReport;
import io.sluice.service.verify.VerificationStatus;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** A verification as the API shows it; what is not known yet is {@code null}. */
@Schema(name = "Verification")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record VerificationJson(
        String pipeline,

        @Schema(description = "RUNNING, DONE, FAILED or CANCELLED")
        String state,

        boolean repair,
        String startedAt,
        @Nullable String endedAt,

        @Schema(description = "What is being done, or was done last")
        String step,

        int tablesDone,
        int tablesTotal,

        @Schema(description = "SAME, DIFFERENT or UNDECIDED; null before the end") @Nullable
        String verdict,

        @Schema(description = "Everything up to here was published at the end") @Nullable
        String lakePosition,

        List<TableJson> tables,
        PipelineJson.@Nullable FailureJson error) {

    static VerificationJson of(String pipeline, VerificationStatus status, boolean repair) {
        return new VerificationJson(
                pipeline,
                status.state().name(),
                repair,
                status.begun().toString(),
                status.ended().map(Object::toString).orElse(null),
                status.step().text(),
                status.step().done(),
                status.step().tables(),
                status.report().map(report -> report.verdict().name()).orElse(null),
                status.report().flatMap(VerificationReport::lakePosition).orElse(null),
                status.report()
                        .map(report ->
                                report.tables().stream().map(TableJson::of).toList())
                        .orElse(List.of()),
                status.failure().map(PipelineJson.FailureJson::of).orElse(null));
    }

    /** One table. */
    @Schema(name = "VerifiedTable")
    public record TableJson(
            String source,
            String sink,

            @Schema(description = "SAME, DIFFERENT, UNDECIDED or NOT_COMPARED")
            String verdict,

            long sourceRows,
            long lakeRows,
            long missing,
            long surplus,
            long different,
            long undecided,

            @Schema(description = "Rows of the source that are dead letters: on neither side, and no difference")
            long setAside,

            @Schema(description = "The first differing rows: keys and names of columns")
            List<String> examples,

            @Nullable String sourcePosition,
            @Nullable String lakePosition,
            @Nullable String reason) {

        static TableJson of(TableResult table) {
            return new TableJson(
                    table.source(),
                    table.sink(),
                    table.verdict().name(),
                    table.sourceRows(),
                    table.lakeRows(),
                    table.missing(),
                    table.surplus(),
                    table.different(),
                    table.undecided(),
                    table.setAside(),
                    table.examples(),
                    table.sourcePosition().orElse(null),
                    table.lakePosition().orElse(null),
                    table.reason().orElse(null));
        }
    }
}
