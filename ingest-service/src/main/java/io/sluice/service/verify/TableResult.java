package io.sluice.service.verify;

import java.util.List;
import java.util.Optional;

/**
 * How one table compared.
 *
 * @param source the table at the source
 * @param sink the table in the lake
 * @param verdict what is known
 * @param sourceRows rows of the source that belong in the lake
 * @param lakeRows rows of the lake
 * @param missing rows that the lake lacks
 * @param surplus rows that only the lake has, or has more often
 * @param different rows with the same key and other values
 * @param undecided rows that differed and of which it is not known whether the lake is only behind
 * @param setAside rows of the source that have no place in the lake and belong into the dead letters; on neither side, and
 *     no difference
 * @param examples the first of these rows: keys and names of columns, never other values
 * @param sourcePosition where the source was read; empty when it was not
 * @param lakePosition the last cut that changed the lake's table; empty when there was none
 * @param reason why it could not be compared or decided, and what else is to be known; empty otherwise
 */
public record TableResult(
        String source,
        String sink,
        Verdict verdict,
        long sourceRows,
        long lakeRows,
        long missing,
        long surplus,
        long different,
        long undecided,
        long setAside,
        List<String> examples,
        Optional<String> sourcePosition,
        Optional<String> lakePosition,
        Optional<String> reason) {

    /** What is known about a table. */
    public enum Verdict {
        /** Source and lake agree. */
        SAME,
        /** Rows differ that the lake should have right: proven. */
        DIFFERENT,
        /** Rows differ, and none of them is proven to be more than behind. */
        UNDECIDED,
        /** The lake's table is not one that follows the source: not there, not published, stopped, of another shape. */
        NOT_COMPARED
    }

    public TableResult {
        examples = List.copyOf(examples);
    }

    /** Whether source and lake agree. */
    public boolean same() {
        return verdict == Verdict.SAME;
    }

    /** The same with rows that are set aside. */
    TableResult settingAside(long rows) {
        return new TableResult(
                source,
                sink,
                verdict,
                sourceRows,
                lakeRows,
                missing,
                surplus,
                different,
                undecided,
                rows,
                examples,
                sourcePosition,
                lakePosition,
                reason);
    }

    static TableResult refused(String source, String sink, Optional<String> lakePosition, String reason) {
        return new TableResult(
                source,
                sink,
                Verdict.NOT_COMPARED,
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                List.of(),
                Optional.empty(),
                lakePosition,
                Optional.of(reason));
    }
}
