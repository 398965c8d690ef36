package io.sluice.service.console;

import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Turns pipelines' states into lines of a given width. Pure. */
final class ProgressLines {

    private static final int NAME_LIMIT = 32;
    private static final int BAR_MIN = 8;
    private static final int BAR_MAX = 30;
    /** Bars for more tables than this would push everything else off the screen. */
    private static final int TABLES_SHOWN = 16;

    private ProgressLines() {}

    /** The live part of the screen: no line is longer than {@code width} characters. */
    static List<String> live(List<PipelineView> pipelines, int width) {
        List<String> lines = new ArrayList<>();
        for (PipelineView view : pipelines) {
            PipelineStatus status = view.status();
            if (isSnapshot(status)) {
                bars(view, width, lines);
            }
            lines.add(fit(summary(view), width));
        }
        return lines;
    }

    /** One line for each pipeline, for logs. */
    static String summary(PipelineView view) {
        PipelineStatus status = view.status();
        String name = status.name() + "  ";
        return switch (status.state()) {
            case STARTING, RETRYING ->
                name
                        + (status.state() == PipelineState.STARTING ? "starting" : "retrying")
                        + (view.retryInSeconds() > 0 ? ", next attempt in " + view.retryInSeconds() + "s" : "");
            case STOPPED -> name + "stopped" + published(status);
            case STOPPING -> name + "stopping" + published(status);
            case FAILED -> name + "failed";
            case PAUSED -> name + "paused" + published(status) + lag(status);
            case RUNNING -> name + (isSnapshot(status) ? snapshot(view) : streaming(view));
        };
    }

    private static boolean isSnapshot(PipelineStatus status) {
        return status.state().isActive()
                && !status.phase().follows()
                && !status.tables().isEmpty();
    }

    private static String snapshot(PipelineView view) {
        List<TableStatus> tables = view.status().tables();
        long read = tables.stream().mapToLong(TableStatus::rowsRead).sum();
        long estimated = tables.stream().mapToLong(TableStatus::rowsEstimated).sum();
        long bytes = tables.stream().mapToLong(TableStatus::bytesRead).sum();
        long done = tables.stream().filter(ProgressLines::isRead).count();
        double rate = view.rowsPerSecond().values().stream()
                .mapToDouble(Double::doubleValue)
                .sum();
        return "snapshot  " + done + " of " + tables.size() + " tables, " + Amounts.count(read) + " of ~"
                + Amounts.count(estimated) + " rows, " + Amounts.bytes(bytes) + ", " + Amounts.count(rate) + " rows/s"
                + remaining(read, estimated, rate);
    }

    private static String streaming(PipelineView view) {
        PipelineStatus status = view.status();
        long stopped = status.tables().stream()
                .filter(table -> table.phase() == PipelinePhase.STOPPED)
                .count();
        return (status.phase() == PipelinePhase.CATCH_UP ? "catching up" : "streaming") + published(status) + ", "
                + Amounts.count(view.changesPerSecond()) + " rows/s" + lag(status)
                + (stopped > 0 ? ", " + stopped + " of " + status.tables().size() + " tables stopped" : "");
    }

    private static String published(PipelineStatus status) {
        return status.cut() == 0
                ? ""
                : "  cut " + status.cut() + ", " + Amounts.count(status.rowsPublished()) + " change rows";
    }

    private static String lag(PipelineStatus status) {
        return ", lag " + Amounts.lag(status.lagSeconds())
                + (status.lagBytes() > 0 ? " / " + Amounts.bytes(status.lagBytes()) : "");
    }

    private static void bars(PipelineView view, int width, List<String> lines) {
        List<TableStatus> tables = view.status().tables();
        List<TableStatus> shown = shown(tables);
        int name = Math.min(
                NAME_LIMIT,
                shown.stream().mapToInt(table -> table.source().length()).max().orElse(0));
        name = Math.min(name, Math.max(8, width / 3));
        for (TableStatus table : shown) {
            double rate = view.rowsPerSecond().getOrDefault(table.source(), 0.0);
            lines.add(bar(table, rate, name, width));
        }
        if (shown.size() < tables.size()) {
            lines.add(fit("… and " + (tables.size() - shown.size()) + " more tables", width));
        }
    }

    /** All when they fit; otherwise those being read, then those still to be read. */
    private static List<TableStatus> shown(List<TableStatus> tables) {
        if (tables.size() <= TABLES_SHOWN) {
            return tables;
        }
        List<TableStatus> shown = new ArrayList<>();
        tables.stream()
                .filter(table -> !isRead(table) && table.rowsRead() > 0)
                .limit(TABLES_SHOWN)
                .forEach(shown::add);
        tables.stream()
                .filter(table -> !isRead(table) && table.rowsRead() == 0)
                .limit(TABLES_SHOWN - shown.size())
                .forEach(shown::add);
        return shown;
    }

    private static boolean isRead(TableStatus table) {
        return table.phase() != PipelinePhase.SNAPSHOT;
    }

    private static String bar(TableStatus table, double rate, int nameWidth, int width) {
        boolean done = isRead(table);
        // The source's estimate may be too low; only a table that is published is complete.
        double share = done ? 1 : Math.min(0.99, table.rowsRead() / (double) Math.max(1, table.rowsEstimated()));
        String counts = done
                ? Amounts.count(table.rowsRead()) + " rows"
                : Amounts.count(table.rowsRead()) + "/~" + Amounts.count(table.rowsEstimated()) + " rows";
        String numbers = String.format(Locale.ROOT, " %3d%%  %-18s", (int) (share * 100), counts);
        String more = String.format(Locale.ROOT, " %8s", Amounts.bytes(table.bytesRead()));
        String pace = done
                ? "  published"
                : rate > 0
                        ? "  " + Amounts.count(rate) + "/s" + remaining(table.rowsRead(), table.rowsEstimated(), rate)
                        : "";
        String start = pad(table.source(), nameWidth) + " ";
        int left = width - start.length() - numbers.length();
        if (left < BAR_MIN) {
            return fit(start + numbers.strip(), width);
        }
        String end = "";
        for (String part : new String[] {more, pace}) {
            if (left - end.length() - part.length() >= BAR_MIN) {
                end += part;
            }
        }
        int barWidth = Math.min(BAR_MAX, left - end.length());
        int filled = (int) (share * barWidth);
        return fit(start + "█".repeat(filled) + "░".repeat(barWidth - filled) + numbers + end, width);
    }

    private static String remaining(long read, long estimated, double rate) {
        return rate < 1 || estimated <= read
                ? ""
                : ", " + Amounts.duration(Duration.ofSeconds((long) Math.ceil((estimated - read) / rate))) + " left";
    }

    /** Exactly {@code width} characters. */
    private static String pad(String text, int width) {
        String fitted = fit(text, width);
        return fitted + " ".repeat(width - fitted.length());
    }

    /** At most {@code width} characters, cut with an ellipsis. */
    static String fit(String text, int width) {
        int limit = Math.max(1, width);
        return text.length() <= limit ? text : text.substring(0, limit - 1) + "…";
    }
}
