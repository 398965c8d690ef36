package io.sluice.service.verify;

import java.util.List;
import java.util.Optional;

/**
 * How one table compared.
 *
 * @param source the table at the source
 * @param sink the table in the lake
 * @param sourceRows rows of the source that belong in the lake
 * @param lakeRows rows of the lake
 * @param missing rows that the lake lacks
 * @param surplus rows that only the lake has, or has more often
 * @param different rows with the same key and other values
 * @param examples the first differences: keys and names of columns, never other values
 * @param lakePosition the last cut that changed the lake's table; empty when there was none
 * @param refusal why the tables could not be compared; empty when they were
 */
public record TableResult(
        String source,
        String sink,
        long sourceRows,
        long lakeRows,
        long missing,
        long surplus,
        long different,
        List<String> examples,
        Optional<String> lakePosition,
        Optional<String> refusal) {

    public TableResult {
        examples = List.copyOf(examples);
    }

    /** Whether source and lake agree. */
    public boolean same() {
        return refusal.isEmpty() && missing == 0 && surplus == 0 && different == 0;
    }

    static TableResult refused(String source, String sink, Optional<String> lakePosition, String reason) {
        return new TableResult(source, sink, 0, 0, 0, 0, 0, List.of(), lakePosition, Optional.of(reason));
    }
}
