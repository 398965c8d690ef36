package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.sluice.pipeline.lake.DeadLetter;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Rows of a pipeline's source that are set aside, as the lake tells of them.
 *
 * @param open how many there are, whatever the limit; of one table, where it was named
 * @param deadLetters the latest of them, latest first
 */
@Schema(name = "DeadLetters")
@JsonInclude(JsonInclude.Include.ALWAYS)
public record DeadLettersJson(long open, List<DeadLetterJson> deadLetters) {

    /**
     * One row.
     *
     * @param key as text that can be put into a query, such as {@code id=17}
     * @param column whose value was refused, or that the expression computes; {@code filter} for the filter
     * @param cut the one that leaves the row out; 0 when it was met while the table was loaded
     */
    @Schema(name = "DeadLetter")
    public record DeadLetterJson(
            String table, String key, String column, String reason, String position, long cut, String at) {

        private static DeadLetterJson of(DeadLetter letter) {
            return new DeadLetterJson(
                    letter.source().toString(),
                    letter.key(),
                    letter.column(),
                    letter.reason(),
                    letter.position(),
                    letter.cut(),
                    letter.at().toString());
        }
    }

    /**
     * For the API.
     *
     * @param open all of them, latest first
     * @param limit at most so many are shown
     */
    static DeadLettersJson of(List<DeadLetter> open, int limit) {
        return new DeadLettersJson(
                open.size(), open.stream().limit(limit).map(DeadLetterJson::of).toList());
    }
}
