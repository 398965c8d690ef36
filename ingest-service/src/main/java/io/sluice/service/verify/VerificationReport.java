package io.sluice.service.verify;

import io.sluice.service.console.Amounts;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/**
 * How a pipeline's source and lake compared.
 *
 * @param pipeline the pipeline's name
 * @param sourcePosition where the source was read last
 * @param lakePosition the highest cut that any of the lake's tables shows; empty when there is none
 * @param tables in the order of the source's names
 * @param attempts how often tables that differed were read
 */
public record VerificationReport(
        String pipeline, String sourcePosition, Optional<String> lakePosition, List<TableResult> tables, int attempts) {

    public VerificationReport {
        tables = List.copyOf(tables);
    }

    /** Whether every table agrees. */
    public boolean same() {
        return tables.stream().allMatch(TableResult::same);
    }

    /** Rows compared, of the source. */
    public long rows() {
        return tables.stream().mapToLong(TableResult::sourceRows).sum();
    }

    /** Prints it for people. */
    public void print(PrintWriter out) {
        for (TableResult table : tables) {
            out.println(line(table));
            table.examples().forEach(example -> out.println("    " + example));
        }
        out.println("source read at " + sourcePosition + ", last cut in the lake at " + lakePosition.orElse("none"));
        long differing = tables.stream().filter(table -> !table.same()).count();
        if (differing == 0) {
            out.println("ok: " + Amounts.exact(rows()) + " rows in " + tables.size() + " tables are the same, value by"
                    + " value");
            return;
        }
        out.println("DIFFERENT: " + differing + " of " + tables.size() + " tables of pipeline " + pipeline + ", after "
                + attempts + (attempts == 1 ? " reading" : " readings")
                + (attempts > 1 ? " of what differed" : ""));
        out.println(
                "hint: while changes are being made the lake is a commit interval behind; when the pipeline does not"
                        + " run, 'sluice run --until-caught-up' brings it level. A difference that stays is a defect or a change"
                        + " made to the lake by something else.");
    }

    private static String line(TableResult table) {
        String names = table.source() + " → " + table.sink() + "  ";
        if (table.refusal().isPresent()) {
            return names + "NOT COMPARED  " + table.refusal().get();
        }
        String at = table.lakePosition()
                .map(position -> "  (last changed at " + position + ")")
                .orElse("");
        if (table.same()) {
            return names + Amounts.exact(table.sourceRows()) + " rows  ok" + at;
        }
        return names + Amounts.exact(table.sourceRows()) + " rows at the source, " + Amounts.exact(table.lakeRows())
                + " in the lake: " + Amounts.exact(table.missing()) + " missing, " + Amounts.exact(table.surplus())
                + " surplus, " + Amounts.exact(table.different()) + " different" + at;
    }
}
