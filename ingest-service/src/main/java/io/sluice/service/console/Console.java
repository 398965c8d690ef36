package io.sluice.service.console;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Shows the registry's pipelines: in a terminal bars and a live line, redrawn in place; elsewhere plain lines when
 * something happens and every ten seconds. Draws on a thread of its own; {@link #close} draws the last state.
 */
public final class Console implements AutoCloseable {

    private static final long TERMINAL_MILLIS = 200;
    private static final long PLAIN_MILLIS = 10_000;
    private static final long RATE_WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String CLEAR_TO_END = "\u001b[J";

    private final PipelineRegistry registry;
    private final PrintWriter out;
    private final Terminal terminal;
    private final Rates rates = new Rates(RATE_WINDOW_NANOS);
    private final Map<String, Long> retryAtNanos = new ConcurrentHashMap<>();
    private final PipelineRegistry.Watching watching;
    private final BlockingQueue<List<String>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private final boolean showing;
    private int liveLines;
    private volatile boolean closing;

    /** How to draw. */
    public enum Style {
        /** Bars in a terminal, plain lines elsewhere. */
        AUTOMATIC,
        /** Plain lines everywhere. */
        PLAIN,
        /** Only what {@link #say} is given: somebody else tells what happens. */
        SAID
    }

    private Console(PipelineRegistry registry, PrintWriter out, Terminal terminal, Style style) {
        this.showing = style != Style.SAID;
        this.registry = registry;
        this.out = out;
        this.terminal = terminal;
        this.watching = registry.watch(this::happened);
        this.thread = new Thread(this::drawUntilClosed, "console");
        thread.setDaemon(true);
    }

    /** Begins to show. */
    public static Console open(PipelineRegistry registry, PrintWriter out, Style style) {
        return open(registry, out, style == Style.AUTOMATIC ? Terminal.detect() : Terminal.none(), style);
    }

    static Console open(PipelineRegistry registry, PrintWriter out, Terminal terminal) {
        return open(registry, out, terminal, Style.AUTOMATIC);
    }

    private static Console open(PipelineRegistry registry, PrintWriter out, Terminal terminal, Style style) {
        Console console = new Console(registry, out, terminal, style);
        console.thread.start();
        return console;
    }

    /** Prints a line that stays, soon. */
    public void say(String line) {
        waiting.add(List.of(line));
    }

    @Override
    public void close() {
        if (closing) {
            return;
        }
        watching.close();
        closing = true;
        waiting.add(List.of());
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The only place that prints: events come on threads that hold a pipeline's lock, which drawing needs too. */
    private void drawUntilClosed() {
        long interval = TimeUnit.MILLISECONDS.toNanos(terminal.isInteractive() ? TERMINAL_MILLIS : PLAIN_MILLIS);
        long next = System.nanoTime() + interval;
        try {
            while (!closing) {
                List<String> lines = waiting.poll(next - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (lines != null) {
                    print(lines);
                    continue;
                }
                print(terminal.isInteractive() || !showing ? List.of() : activeSummaries());
                next = System.nanoTime() + interval;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        List<List<String>> left = new ArrayList<>();
        waiting.drainTo(left);
        left.forEach(this::print);
        erase();
        if (showing) {
            ProgressLines.live(views(), terminal.width()).forEach(out::println);
        }
        out.flush();
    }

    private List<String> activeSummaries() {
        return views().stream()
                .filter(view -> view.status().state().isActive())
                .map(ProgressLines::summary)
                .toList();
    }

    /** On a pipeline's thread. */
    private void happened(PipelineEvent event) {
        if (event instanceof PipelineEvent.Failed failed) {
            failed.retryIn()
                    .ifPresent(retry -> retryAtNanos.put(event.pipeline(), System.nanoTime() + retry.toNanos()));
        } else if (event instanceof PipelineEvent.StateChanged changed && changed.to() == PipelineState.RUNNING) {
            retryAtNanos.remove(event.pipeline());
        }
        List<String> lines = new ArrayList<>(EventLines.of(event));
        if (!terminal.isInteractive() && event instanceof PipelineEvent.TablePublished table) {
            lines.add(EventLines.published(table));
        }
        if (showing && !lines.isEmpty()) {
            waiting.add(lines);
        }
    }

    /** Prints lines that stay, above the live ones. */
    private void print(List<String> lines) {
        erase();
        lines.forEach(out::println);
        if (terminal.isInteractive()) {
            List<String> live = ProgressLines.live(views(), terminal.width());
            live.forEach(out::println);
            liveLines = live.size();
        }
        out.flush();
    }

    private void erase() {
        if (liveLines > 0) {
            out.print("\u001b[" + liveLines + "A\r" + CLEAR_TO_END);
            liveLines = 0;
        }
    }

    private List<PipelineView> views() {
        long now = System.nanoTime();
        List<PipelineView> views = new ArrayList<>();
        for (Pipeline pipeline : registry.pipelines()) {
            PipelineStatus status = pipeline.status();
            Map<String, Double> tableRates = new HashMap<>();
            for (TableStatus table : status.tables()) {
                double rate = rates.update(status.name() + "/" + table.source(), now, table.rowsRead());
                tableRates.put(table.source(), rate);
            }
            double changes = rates.update(status.name(), now, status.rowsPublished());
            long retry = retryAtNanos.getOrDefault(status.name(), now) - now;
            views.add(new PipelineView(status, tableRates, changes, TimeUnit.NANOSECONDS.toSeconds(retry)));
        }
        return views;
    }
}
