package io.sluice.benchmarks;

import io.sluice.benchmarks.MeasuredProcess.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The contenders' figures side by side. */
final class SnapshotReport {

    private final long rows;
    private final Map<String, List<Run>> runs = new LinkedHashMap<>();

    private record Run(Usage usage, Duration serverCpu) {}

    SnapshotReport(long rows) {
        this.rows = rows;
    }

    void add(Contender contender, Usage usage, Duration serverCpu) {
        runs.computeIfAbsent(contender.name(), name -> new ArrayList<>()).add(new Run(usage, serverCpu));
    }

    /** One line for a run just made. */
    String line(Contender contender, Usage usage, Duration serverCpu) {
        return String.format(
                Locale.ROOT,
                "  %-9s wall %6.1f s, cpu %6.1f s, server cpu %5.1f s, %,10.0f rows per cpu s, peak %5d MB; load %s",
                contender.name(),
                seconds(usage.wall()),
                seconds(usage.cpu()),
                seconds(serverCpu),
                rows / seconds(usage.cpu()),
                usage.peakResidentBytes() >> 20,
                ProcessUsage.load());
    }

    /** All runs: minimum, median and maximum, and the ratio of the medians to the fastest plain COPY. */
    @Override
    public String toString() {
        double copy = runs.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("copy"))
                .mapToDouble(entry -> median(walls(entry.getValue())))
                .min()
                .orElse(Double.NaN);
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT,
                "%,d rows; seconds as min / median / max%n%-9s  %-22s %-8s %-22s %-14s %-22s %-8s%n",
                rows,
                "",
                "wall",
                "x COPY",
                "cpu",
                "rows per cpu s",
                "server cpu",
                "peak MB"));
        runs.forEach((name, of) -> table.append(String.format(
                Locale.ROOT,
                "%-9s  %-22s %-8.2f %-22s %,-14.0f %-22s %-8d%n",
                name,
                spread(walls(of)),
                median(walls(of)) / copy,
                spread(of.stream().mapToDouble(run -> seconds(run.usage.cpu())).toArray()),
                rows
                        / median(of.stream()
                                .mapToDouble(run -> seconds(run.usage.cpu()))
                                .toArray()),
                spread(of.stream().mapToDouble(run -> seconds(run.serverCpu)).toArray()),
                of.stream()
                                .mapToLong(run -> run.usage.peakResidentBytes())
                                .max()
                                .orElse(0)
                        >> 20)));
        return table.toString();
    }

    private static double[] walls(List<Run> of) {
        return of.stream().mapToDouble(run -> seconds(run.usage.wall())).toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String spread(double[] values) {
        return String.format(
                Locale.ROOT,
                "%.1f / %.1f / %.1f",
                Arrays.stream(values).min().orElse(0),
                median(values),
                Arrays.stream(values).max().orElse(0));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
