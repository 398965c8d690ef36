package io.sluice.service.verify;

import io.sluice.service.console.Amounts;
import io.sluice.service.verify.TableResult.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * How a pipeline's source and lake compared.
 *
 * @param pipeline the pipeline's name
 * @param lakePosition everything up to here was published at the end; empty when nobody knows
 * @param tables in the order of the source's names
 */
public record VerificationReport(String pipeline, Optional<String> lakePosition, List<TableResult> tables) {

    public VerificationReport {
        tables = List.copyOf(tables);
    }

    /** Whether every table agrees. */
    public boolean same() {
        return tables.stream().allMatch(TableResult::same);
    }

    /**
     * The worst of the tables: a proven difference, then what could not be compared or decided.
     *
     * @return {@code UNDECIDED} also when tables were not compared
     */
    public Verdict verdict() {
        if (count(Verdict.DIFFERENT) > 0) {
            return Verdict.DIFFERENT;
        }
        return same() ? Verdict.SAME : Verdict.UNDECIDED;
    }

    /** Rows compared, of the source. */
    public long rows() {
        return tables.stream().mapToLong(TableResult::sourceRows).sum();
    }

    private long count(Verdict verdict) {
        return tables.stream().filter(table -> table.verdict() == verdict).count();
    }

    /** Prints it for people. */
    public void print(PrintWriter out) {
        for (TableResult table : tables) {
            out.println(line(table));
            table.examples().forEach(example -> out.println("    " + example));
            long more = table.missing()
                    + table.surplus()
                    + table.different()
                    + table.undecided()
                    - table.examples().size();
            if (!table.examples().isEmpty() && more > 0) {
                out.println("    … and " + Amounts.exact(more) + " more");
            }
        }
        lakePosition.ifPresent(position -> out.println("the lake is published up to " + position));
        switch (verdict()) {
            case SAME ->
                out.println("ok: " + Amounts.exact(rows()) + " rows in " + tables.size()
                        + " tables are the same, value by value");
            case DIFFERENT -> {
                out.println("DIFFERENT: " + count(Verdict.DIFFERENT) + " of " + tables.size() + " tables of pipeline "
                        + pipeline);
                out.println("hint: these differences are not a delay: the lake has passed where the source was read, or"
                        + " nothing is on its way. 'sluice verify --repair' reads just these rows again.");
            }
            case UNDECIDED, NOT_COMPARED ->
                out.println("UNDECIDED: " + (count(Verdict.UNDECIDED) + count(Verdict.NOT_COMPARED)) + " of "
                        + tables.size() + " tables of pipeline " + pipeline
                        + " could not be compared to the end; no difference is proven");
        }
    }

    private static String line(TableResult table) {
        String names = table.source() + " → " + table.sink() + "  ";
        String rows = Amounts.exact(table.sourceRows()) + " rows";
        String reason = table.reason().map(text -> "; " + text).orElse("");
        String at = table.lakePosition()
                .map(position -> "  (last changed at " + position + ")")
                .orElse("");
        return switch (table.verdict()) {
            case NOT_COMPARED -> names + "NOT COMPARED  " + table.reason().orElse("");
            case SAME -> names + rows + "  ok" + setAside(table) + at;
            case DIFFERENT, UNDECIDED ->
                names + rows + " at the source, " + Amounts.exact(table.lakeRows()) + " in the lake: " + counts(table)
                        + setAside(table) + reason + at;
        };
    }

    /** Rows that the lake goes without are no difference, and still have to be known. */
    private static String setAside(TableResult table) {
        return table.setAside() == 0 ? "" : ", " + Amounts.exact(table.setAside()) + " set aside";
    }

    private static String counts(TableResult table) {
        String proven = Amounts.exact(table.missing()) + " missing, " + Amounts.exact(table.surplus()) + " surplus, "
                + Amounts.exact(table.different()) + " different";
        String undecided = Amounts.exact(table.undecided()) + " undecided";
        if (table.verdict() == Verdict.UNDECIDED) {
            return undecided;
        }
        return table.undecided() == 0 ? proven : proven + ", " + undecided;
    }
}
