package io.sluice.service.api;

import io.sluice.config.ConfigProblem;
import io.sluice.service.definition.DefinitionDirectories;
import io.sluice.service.definition.PipelineDefinition;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Where a pipeline is defined.
 *
 * @param pipeline its name; null for a file that is not followed
 * @param origin {@code FILE} or {@code API}
 * @param place the file
 * @param revision the ETag of the pipeline; null for a file that is not followed
 * @param problems why a file is not followed
 */
@Schema(name = "Definition")
public record DefinitionJson(
        @Nullable String pipeline,
        String origin,
        String place,
        @Nullable String revision,
        List<ProblemJson> problems) {

    static DefinitionJson of(PipelineDefinition definition) {
        return new DefinitionJson(
                definition.name(), definition.origin().name(), definition.place(), definition.revision(), List.of());
    }

    static DefinitionJson of(DefinitionDirectories.Refused refused) {
        return new DefinitionJson(
                null,
                PipelineDefinition.Origin.FILE.name(),
                refused.place(),
                null,
                refused.problems().stream().map(ProblemJson::of).toList());
    }

    /**
     * One thing that is wrong with a text.
     *
     * @param field such as {@code source.port}; empty for the whole
     * @param line counted from 1
     * @param column counted from 1
     * @param message what is wrong and what to write instead
     */
    @Schema(name = "TextProblem")
    public record ProblemJson(String field, int line, int column, String message) {

        static ProblemJson of(ConfigProblem problem) {
            return new ProblemJson(problem.path(), problem.line(), problem.column(), problem.message());
        }
    }
}
