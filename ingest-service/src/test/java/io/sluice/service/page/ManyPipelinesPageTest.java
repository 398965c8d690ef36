package io.sluice.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.sluice.service.PipelineDouble;
import io.sluice.service.Statuses;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser with 50 pipelines of 100 tables each, all of which move. */
@QuarkusTest
@Tag("slow")
class ManyPipelinesPageTest {

    private static final int PIPELINES = 50;
    private static final int TABLES = 100;

    /** Long tasks are those that keep the page from answering for more than 50 ms. */
    private static final String WATCH_LONG_TASKS = """
            window.longest = 0;
            new PerformanceObserver((list) => list.getEntries().forEach((task) => {
              window.longest = Math.max(window.longest, task.duration);
            })).observe({ type: 'longtask' });
            """;

    @Inject
    PipelineRegistry registry;

    @TempDir
    Path directory;

    private final List<PipelineDouble> pipelines = new ArrayList<>();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor();
    private Chromium browser;
    private volatile long tick;

    @BeforeEach
    void opened() throws IOException {
        Optional<Path> binary = Chromium.find();
        Assumptions.assumeTrue(
                binary.isPresent(), "There is no Chromium on the PATH; Debian's package chromium brings one.");
        for (int number = 0; number < PIPELINES; number++) {
            PipelineDouble pipeline = new PipelineDouble(name(number), PipelineState.RUNNING, tables(0));
            pipelines.add(pipeline);
            registry.put(pipeline);
        }
        // Each publishes two cuts a second, and every table of it moves.
        ticker.scheduleWithFixedDelay(this::move, 0, 500, TimeUnit.MILLISECONDS);
        browser = new Chromium(binary.orElseThrow(), Files.createDirectory(directory.resolve("browser")));
        browser.size(1200, 900);
    }

    @AfterEach
    void closed() {
        ticker.shutdownNow();
        pipelines.forEach(pipeline -> registry.remove(pipeline.name()));
        if (browser != null) {
            browser.close();
        }
    }

    private static String name(int number) {
        return "many-%02d".formatted(number);
    }

    private static List<TableStatus> tables(long tick) {
        List<TableStatus> tables = new ArrayList<>();
        for (int number = 0; number < TABLES; number++) {
            PipelinePhase phase = number < 10 ? PipelinePhase.SNAPSHOT : PipelinePhase.STREAMING;
            tables.add(Statuses.table("public.table_%02d".formatted(number), phase, 1_000 + tick, 1_000_000, tick));
        }
        return tables;
    }

    private void move() {
        tick++;
        for (PipelineDouble pipeline : pipelines) {
            pipeline.tables(tables(tick));
            registry.accept(new PipelineEvent.CutPublished(pipeline.name(), 100 + tick, "0/99", 10, 2, 0.1));
        }
    }

    @Test
    void fifty_pipelines_of_a_hundred_moving_tables_are_shown_live() {
        browser.open("http://localhost:" + RestAssured.port + "/");
        browser.evaluate(WATCH_LONG_TASKS);
        browser.await("document.querySelectorAll('.pipelines > li').length >= " + PIPELINES);
        browser.awaitText("#summary", "5,0");
        pipelines.get(42).state(PipelineState.PAUSED);
        browser.awaitText(".pipelines", "Paused");

        // One request for all of them: none for each.
        assertThat(browser.requests())
                .noneMatch(request -> request.path("url").asText().contains("/pipelines/many-"));

        browser.click(".pipelines a[href='#/pipelines/many-07']");
        browser.awaitText("h1", "many-07");
        browser.await("document.querySelectorAll('.tables-list > li').length === 20");
        browser.evaluate("[...document.querySelectorAll('button')]"
                + ".find(button => button.innerText === 'Show all 100 tables').click()");
        browser.await("document.querySelectorAll('.tables-list > li').length === " + TABLES);
        String amounts = "[...document.querySelectorAll('.tables-list .amount')].map(e => e.innerText).join()";
        String before = browser.evaluate(amounts).asText();
        browser.await(amounts + " !== " + Chromium.quoted(before));
        registry.accept(new PipelineEvent.StateChanged(name(7), PipelineState.RUNNING, PipelineState.STOPPING));
        browser.awaitText(".journal", "RUNNING → STOPPING");
        pipelines.get(7).state(PipelineState.STOPPED);
        browser.awaitText(".heading .badge", "Stopped");

        System.out.printf(
                "%d pipelines of %d tables, %d cuts: the page's longest task took %d ms%n",
                PIPELINES,
                TABLES,
                tick * PIPELINES,
                browser.evaluate("Math.round(window.longest)").asLong());
        assertThat(browser.complaints()).isEmpty();
    }
}
