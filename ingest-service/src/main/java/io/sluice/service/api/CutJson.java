package io.sluice.service.api;

import io.sluice.service.wiring.PipelineRegistry;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A published cut. */
@Schema(name = "Cut")
public record CutJson(long cut, String position, String publishedAt, long rows, int tables, double lagSeconds) {

    static CutJson of(PipelineRegistry.TimedCut timed) {
        return new CutJson(
                timed.cut().cut(),
                timed.cut().position(),
                timed.at().toString(),
                timed.cut().rows(),
                timed.cut().tables(),
                timed.cut().lagSeconds());
    }
}
