package io.sluice.service.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.PipelineDouble;
import io.sluice.service.Statuses;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are set aside, in the console in a real browser: from none to many and back to none. */
@QuarkusTest
@Tag("slow")
class DeadLettersPageTest {

    private static final String ITEMS = ".letters > li";
    private static final int ENTER = 13;

    @Inject
    PipelineRegistry registry;

    @TempDir
    Path directory;

    private final PipelineDouble pipeline = new PipelineDouble("letters", PipelineState.RUNNING);
    private Chromium browser;

    @BeforeEach
    void opened() throws IOException {
        Optional<Path> binary = Chromium.find();
        Assumptions.assumeTrue(
                binary.isPresent(), "There is no Chromium on the PATH; Debian's package chromium brings one.");
        setAside(0);
        registry.put(pipeline);
        browser = new Chromium(binary.orElseThrow(), Files.createDirectory(directory.resolve("browser")));
        browser.size(1200, 900);
    }

    @AfterEach
    void closed() {
        registry.remove("letters");
        if (browser != null) {
            browser.close();
        }
    }

    private void setAside(int rows) {
        pipeline.deadLetters(LongStream.range(0, rows)
                .mapToObj(row -> new DeadLetter(
                        TableId.parse("public.orders"),
                        "id=" + row,
                        "cents",
                        "amount * 100 is outside of bigint",
                        "0/1A2B",
                        row,
                        Instant.now()))
                .toList());
        pipeline.tables(List.of(
                Statuses.table("public.items", PipelinePhase.STREAMING, 5, 5, 100),
                Statuses.setAside(Statuses.table("public.orders", PipelinePhase.STREAMING, 9, 9, 100), rows)));
    }

    @Test
    void they_appear_with_key_column_reason_and_remedy_and_go_when_they_are_resolved() {
        browser.open("http://localhost:" + RestAssured.port + "/#/pipelines/letters");
        browser.await("document.querySelectorAll('.tables-list > li').length === 2");
        browser.await(
                "document.getElementById('dead-letters').hidden && !document.querySelector('.set-aside:not([hidden])')");

        setAside(30);
        registry.accept(new PipelineEvent.RowsSetAside("letters", "public.orders", 30, "cents", "outside of bigint"));
        browser.awaitText("#dead-letters-open", "30 rows of the source are set aside");
        browser.await("document.querySelectorAll('" + ITEMS + "').length === 20");
        browser.awaitText(".letters", "id=0");
        browser.awaitText(".letters", "in column cents");
        browser.awaitText(".letters", "amount * 100 is outside of bigint");
        browser.awaitText("#dead-letters .hint", "What to do: correct these rows");
        browser.awaitText(".journal", "30 rows of public.orders set aside, cents: outside of bigint");
        browser.awaitText("#announcements", "rows are set aside");

        // By keyboard alone: from the table to its rows, and on to those that are not shown yet.
        browser.evaluate("document.querySelector('.set-aside:not([hidden])').focus()");
        browser.await("document.activeElement.innerText === '30 rows set aside'");
        browser.press("Enter", ENTER);
        browser.await("document.activeElement.innerText === 'Dead letters'");
        browser.evaluate("document.querySelector('#dead-letters button').focus()");
        browser.press("Enter", ENTER);
        browser.await("document.querySelectorAll('" + ITEMS + "').length === 30"
                + " && document.activeElement === document.querySelectorAll('" + ITEMS + "')[20]");

        browser.size(360, 900);
        browser.await("innerWidth === 360");
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(360);
        browser.size(1200, 900);

        setAside(1);
        browser.awaitText("#dead-letters-open", "1 row of the source is set aside");
        browser.await("document.querySelectorAll('" + ITEMS + "').length === 1");
        setAside(0);
        browser.await("document.getElementById('dead-letters').hidden");
        assertThat(browser.complaints()).isEmpty();
    }
}
