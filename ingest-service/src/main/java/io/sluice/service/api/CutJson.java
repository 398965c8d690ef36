package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.service.wiring.PipelineRegistry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A published cut, as the lake tells of it.
 *
 * @param cut its number
 * @param tagged whether {@code FOR VERSION AS OF 'cut-<number>'} reads every table at it
 * @param rows change rows in it; {@code null} when another process published it, or this one long ago
 * @param lagSeconds the age of its oldest change when it was published; {@code null} as with the rows
 * @param tables each table's snapshot at the cut, of unchanged tables too
 */
@Schema(name = "Cut")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record CutJson(
        long cut,
        String position,
        String publishedAt,
        boolean tagged,
        @Nullable Long rows,
        @Nullable Double lagSeconds,
        List<TableCutJson> tables) {

    /** A table at a cut. */
    @Schema(name = "TableCut")
    public record TableCutJson(String sink, long snapshotId) {}

    /**
     * For the API.
     *
     * @param told what this process remembers of publishing it
     */
    static CutJson of(LakeCut cut, Optional<PipelineRegistry.TimedCut> told) {
        return new CutJson(
                cut.number(),
                cut.position(),
                cut.publishedAt().toString(),
                cut.tagged(),
                told.map(timed -> timed.cut().rows()).orElse(null),
                told.map(timed -> timed.cut().lagSeconds()).orElse(null),
                cut.snapshots().entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(table -> new TableCutJson(table.getKey().toString(), table.getValue()))
                        .toList());
    }
}
