package io.sluice.service.page;

import static io.sluice.service.page.Chromium.quoted;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The console in a real browser, on the packaged service with a real source. Screenshots: {@code target/screenshots}. */
@Tag("slow")
@ExtendWith(PostgresExtension.class)
class ConsoleIT {

    private static final Duration LIMIT = Duration.ofSeconds(150);
    private static final Path SCREENSHOTS = Path.of("target", "screenshots").toAbsolutePath();
    private static final int TAB = 9;
    private static final int ENTER = 13;
    private static final int ESCAPE = 27;

    @TempDir
    Path directory;

    private ChildProcess service;
    private Chromium browser;
    private String url;

    @BeforeEach
    void opened() throws IOException {
        Optional<Path> binary = Chromium.find();
        Assumptions.assumeTrue(
                binary.isPresent(), "There is no Chromium on the PATH; Debian's package chromium brings one.");
        service = PackagedSluice.in(directory)
                .arguments(
                        "run",
                        Files.createDirectory(directory.resolve("pipelines")).toString(),
                        "--definitions",
                        directory.resolve("kept").toString(),
                        "--look-every",
                        "PT0.2S",
                        "--port",
                        "0",
                        "--plain")
                .start();
        url = service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1) + "/";
        browser = new Chromium(binary.orElseThrow(), Files.createDirectory(directory.resolve("browser")));
        browser.size(1200, 900);
        browser.colours("light");
    }

    @AfterEach
    void closed() {
        if (browser != null) {
            browser.close();
        }
        if (service != null) {
            service.close();
        }
    }

    @Test
    void a_load_a_handover_a_failure_and_its_repair_are_clicked_through(TestDatabase database) throws IOException {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "CREATE TABLE notes (id bigint PRIMARY KEY, name text, due date)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 50000) i",
                "INSERT INTO notes SELECT i, 'note ' || i FROM generate_series(1, 100) i",
                "ANALYZE");
        browser.open(url);
        browser.awaitText("main", "There is no pipeline yet");

        thePlanComesBeforeTheStart(database);
        browser.awaitText(".steps li[aria-current]", "Stream");
        browser.awaitText(".steps li:nth-child(2)", "rows in");
        browser.awaitText(".journal", "Handed over to the stream");
        browser.awaitText(".tables-list", "50.0 k rows loaded");

        database.execute("UPDATE items SET name = 'changed' WHERE id <= 1000");
        browser.awaitText(".cuts", "1,000 rows");
        confirm("#take-cut");
        browser.awaitText(".cuts .tag", "cut-");

        aRowIsSetAsideAndComesBack(database);
        aTableStopsAndIsReadAnew(database);
        confirm("#verify");
        browser.awaitText("#verification .badge.good", "Same");
        browser.awaitText("#verification .verified", "public.items");

        inAllClothes("pipeline");
        aFileThatIsWrongIsShown();
        inAllClothes("list");
        theTokenGoesWithEveryRequest();
        confirmStop();
        assertThat(browser.complaints()).isEmpty();
    }

    private void thePlanComesBeforeTheStart(TestDatabase database) {
        browser.click("nav a[href='#/new']");
        browser.await("document.activeElement.tagName === 'H1' && location.hash === '#/new'");
        browser.click("#yaml");
        browser.type(yaml(database).replace("commit-interval: 200ms", "commit-interval: soon"));
        browser.click("#dry-run");
        browser.awaitText(".problems", "pipeline.commit-interval");
        browser.evaluate("document.getElementById('yaml').select()");
        browser.type(yaml(database));
        browser.click("#dry-run");
        browser.awaitText("#plan", "Can run");
        browser.awaitText("#plan", "→ shop.items");
        browser.screenshot(SCREENSHOTS.resolve("plan-light.png"));
        confirm("#create");
        browser.await("location.hash === '#/pipelines/console'");
    }

    private void aRowIsSetAsideAndComesBack(TestDatabase database) {
        browser.awaitGone("#dead-letters");
        database.execute("UPDATE notes SET due = 'infinity' WHERE id = 7");
        browser.awaitText("#dead-letters-open", "1 row of the source is set aside");
        browser.awaitText(".letters", "public.notes");
        browser.awaitText(".letters", "id=7");
        browser.awaitText(".letters", "in column due");
        browser.awaitText("#dead-letters .hint", "What to do");
        browser.awaitText(".journal", "1 row of public.notes set aside");
        browser.click(".set-aside");
        browser.await("document.activeElement.innerText === 'Dead letters'");
        inAllClothes("dead-letters");
        database.execute("UPDATE notes SET due = '2026-11-23' WHERE id = 7");
        browser.awaitGone("#dead-letters");
        browser.awaitGone(".set-aside");
    }

    private void aTableStopsAndIsReadAnew(TestDatabase database) {
        database.execute(
                "ALTER TABLE items ADD COLUMN price numeric(10, 2) DEFAULT 1.5",
                "UPDATE items SET name = 'priced' WHERE id <= 10");
        browser.awaitText(".stopped", "public.items");
        browser.awaitText(".stopped", "price");
        browser.awaitText("#announcements", "1 table stopped");
        browser.evaluate("scrollTo(0, 0)");
        browser.screenshot(SCREENSHOTS.resolve("stopped-light.png"));

        // Thought better of it: nothing happens, and the focus is where it was.
        browser.click("[data-resnapshot='public.items']");
        browser.await("document.getElementById('confirm').open");
        browser.press("Escape", ESCAPE);
        browser.await("!document.getElementById('confirm').open"
                + " && document.activeElement.dataset.resnapshot === 'public.items'");

        confirm("[data-resnapshot='public.items']");
        browser.awaitGone(".stopped");
        browser.await("[...document.querySelectorAll('.tables-list .badge')].length === 2"
                + " && [...document.querySelectorAll('.tables-list .badge')].every(e => e.innerText === 'Streaming')");
    }

    private void aFileThatIsWrongIsShown() throws IOException {
        Files.writeString(directory.resolve("pipelines").resolve("wrong.yaml"), "pipeline:\n  name: wrong\n  nam: x\n");
        browser.click(".brand");
        browser.awaitText(".notice", "wrong.yaml");
        browser.awaitText(".pipelines", "Streaming");
    }

    private void theTokenGoesWithEveryRequest() {
        int before = browser.requests().size();
        assertThat(browser.requests().toString()).doesNotContain("Authorization");
        browser.click("#token-button");
        browser.await("document.activeElement.id === 'token-value'");
        browser.type("secret-of-this-tab");
        browser.press("Enter", ENTER);
        browser.awaitText("#token-button", "Token set");
        for (String path : new String[] {"/pipelines?", "/events", "/definitions"}) {
            Awaitility.await(path)
                    .atMost(LIMIT)
                    .until(() -> browser.requests().stream()
                            .skip(before)
                            .anyMatch(request -> request.path("url").asText().contains(path)
                                    && request.path("headers")
                                            .path("Authorization")
                                            .asText()
                                            .equals("Bearer secret-of-this-tab")));
        }
        assertThat(browser.evaluate("localStorage.length + document.cookie.length")
                        .asInt())
                .isZero();
        assertThat(browser.requests())
                .noneMatch(request -> request.path("url").asText().contains("secret"));
    }

    private void confirmStop() {
        browser.click(".pipelines a");
        browser.awaitText("h1", "console");
        browser.await("document.activeElement.tagName === 'H1'");
        browser.click(".heading .buttons button:last-child");
        browser.click("#confirm-yes");
        browser.awaitText(".heading .badge", "Stopped");
        browser.open("about:blank");
        browser.open(url);
        browser.awaitText(".pipelines", "Stopped");
        browser.press("Tab", TAB);
        browser.await("document.activeElement.id === 'skip'");
    }

    /** Clicks, sees the question, and says yes. */
    private void confirm(String selector) {
        browser.click(selector);
        browser.await("document.getElementById('confirm').open && document.activeElement.id === 'confirm-yes'");
        browser.click("#confirm-yes");
        browser.await("!document.getElementById('confirm').open");
    }

    /** Light, dark, and on a phone: everything can be read, and nothing has to be pushed sideways. */
    private void inAllClothes(String name) {
        for (String scheme : new String[] {"light", "dark"}) {
            browser.colours(scheme);
            for (int width : new int[] {1200, 360}) {
                browser.size(width, 900);
                browser.await("innerWidth === " + width);
                browser.evaluate("scrollTo(0, 0)");
                assertThat(browser.evaluate("document.documentElement.scrollWidth")
                                .asInt())
                        .isLessThanOrEqualTo(width);
                assertThat(browser.evaluate(PALE).asText())
                        .as(name + " " + scheme)
                        .isEmpty();
                // The whole page, not only its beginning.
                browser.size(
                        width,
                        browser.evaluate("document.documentElement.scrollHeight")
                                .asInt());
                browser.screenshot(SCREENSHOTS.resolve(name + "-" + scheme + (width == 360 ? "-phone" : "") + ".png"));
            }
        }
        browser.size(1200, 900);
        browser.colours("light");
        assertThat(browser.evaluate(NAMELESS).asText()).as(name).isEmpty();
    }

    /** Texts whose contrast is below that of WCAG 2.2, 1.4.3 (AA), computed as its definitions say. */
    private static final String PALE = """
            (() => {
              const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
              const rgba = (colour) => {
                canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
                return [...canvas.getImageData(0, 0, 1, 1).data];
              };
              const luminance = ([r, g, b]) => [r, g, b].map((c) => c / 255)
                  .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                  .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
              const ground = (e) => {
                for (; e; e = e.parentElement) {
                  const colour = rgba(getComputedStyle(e).backgroundColor);
                  if (colour[3] === 255) return colour;
                }
                return [255, 255, 255];
              };
              return [...document.querySelectorAll('body *')]
                  .filter((e) => !(e instanceof SVGElement) && !e.disabled && e.checkVisibility()
                      && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
                  .filter((e) => {
                    const style = getComputedStyle(e);
                    const [one, other] = [luminance(rgba(style.color)), luminance(ground(e))];
                    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
                    return ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5);
                  })
                  .map((e) => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`).join('; ');
            })()
            """;

    /** What can be used and has no name for a screen reader. */
    private static final String NAMELESS = """
            [...document.querySelectorAll('button, input, textarea, a, progress, [role=img]')]
                .filter((e) => e.checkVisibility() && !e.innerText?.trim() && !e.getAttribute('aria-label')
                    && !e.labels?.length)
                .map((e) => e.outerHTML.slice(0, 80)).join('; ')
            """;

    private String yaml(TestDatabase database) {
        return """
                pipeline:
                  name: console
                  commit-interval: 200ms
                  dead-letters: shop.dead_letters
                  state-directory: %1$s
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  tables: public.items, public.notes
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: %6$s
                    warehouse: %7$s
                """.formatted(
                        quoted(directory.resolve("state").toString()),
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        quoted("jdbc:sqlite:" + directory.resolve("catalog.db")),
                        quoted(directory.resolve("warehouse").toString()));
    }
}
