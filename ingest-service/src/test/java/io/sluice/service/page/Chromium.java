package io.sluice.service.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A headless Chromium with one tab, used as a person would: by mouse and keyboard, looking at what is shown. */
final class Chromium implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(150);

    private final Process process;
    private final DevTools tab;

    /** The browser of this machine, if there is one. */
    static Optional<Path> find() {
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            for (String name : new String[] {"chromium", "chromium-browser", "google-chrome"}) {
                Path binary = Path.of(folder, name);
                if (Files.isExecutable(binary)) {
                    return Optional.of(binary);
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Starts the browser.
     *
     * @param directory for its profile and its log
     */
    Chromium(Path binary, Path directory) throws IOException {
        Path profile = directory.resolve("profile");
        process = new ProcessBuilder(
                        binary.toString(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--disable-dev-shm-usage",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("chromium.log").toFile())
                .start();
        try {
            tab = new DevTools(tab(profile));
            tab.ask("Page.enable");
            tab.ask("Runtime.enable");
            tab.ask("Log.enable");
            tab.ask("Network.enable");
        } catch (RuntimeException | Error e) {
            end();
            throw e;
        }
    }

    /** The browser writes its port to a file when it is ready. */
    private static URI tab(Path profile) {
        return Awaitility.await()
                .atMost(LIMIT)
                .ignoreExceptions()
                .until(
                        () -> {
                            String port = Files.readAllLines(profile.resolve("DevToolsActivePort"))
                                    .get(0);
                            String tabs = HttpClient.newHttpClient()
                                    .send(
                                            HttpRequest.newBuilder(
                                                            URI.create("http://127.0.0.1:" + port + "/json/list"))
                                                    .build(),
                                            HttpResponse.BodyHandlers.ofString())
                                    .body();
                            for (JsonNode one : JSON.readTree(tabs)) {
                                if (one.path("type").asText().equals("page")) {
                                    return Optional.of(URI.create(
                                            one.get("webSocketDebuggerUrl").asText()));
                                }
                            }
                            return Optional.<URI>empty();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    void open(String url) {
        tab.ask("Page.navigate", "url", url);
    }

    /** The value of a JavaScript expression. */
    JsonNode evaluate(String expression) {
        JsonNode answer = tab.ask("Runtime.evaluate", "expression", expression, "returnByValue", true);
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + answer.get("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Waits until an expression is true. */
    void await(String expression) {
        Awaitility.await(expression + "; shown: " + shown())
                .atMost(LIMIT)
                .ignoreExceptions() // a page that is being left
                .until(() -> evaluate("!!(" + expression + ")").asBoolean());
    }

    /** Waits until a part of the page shows a text. */
    void awaitText(String selector, String text) {
        await("[...document.querySelectorAll(" + quoted(selector)
                + ")].some(e => e.checkVisibility() && e.innerText.includes(" + quoted(text) + "))");
    }

    /** Waits until nothing visible matches. */
    void awaitGone(String selector) {
        await("[...document.querySelectorAll(" + quoted(selector) + ")].every(e => !e.checkVisibility())");
    }

    private String shown() {
        return evaluate("(document.body?.innerText ?? '').slice(0, 600)").asText();
    }

    /** Clicks with the mouse what a selector finds, as soon as it can be clicked: seen, enabled, covered by nothing. */
    void click(String selector) {
        String place = "(() => { const e = [...document.querySelectorAll(" + quoted(selector)
                + ")].find(one => one.checkVisibility()); if (!e || e.disabled) return null;"
                + " e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " const x = r.x + r.width / 2, y = r.y + r.height / 2;"
                + " return e.contains(document.elementFromPoint(x, y)) ? [x, y] : null; })()";
        JsonNode point = Awaitility.await("a place to click on " + selector)
                .atMost(LIMIT)
                .until(() -> evaluate(place), JsonNode::isArray);
        for (String type : new String[] {"mousePressed", "mouseReleased"}) {
            tab.ask(
                    "Input.dispatchMouseEvent",
                    "type",
                    type,
                    "x",
                    point.get(0).asDouble(),
                    "y",
                    point.get(1).asDouble(),
                    "button",
                    "left",
                    "clickCount",
                    1);
        }
    }

    /** Types into what has the focus. */
    void type(String text) {
        tab.ask("Input.insertText", "text", text);
    }

    /** Presses a key such as {@code Tab}. */
    void press(String key, int code) {
        // Enter is text too; without it no button is pressed.
        String text = key.equals("Enter") ? "\r" : "";
        for (String type : new String[] {text.isEmpty() ? "rawKeyDown" : "keyDown", "keyUp"}) {
            tab.ask(
                    "Input.dispatchKeyEvent",
                    "type",
                    type,
                    "key",
                    key,
                    "code",
                    key,
                    "windowsVirtualKeyCode",
                    code,
                    "text",
                    type.equals("keyUp") ? "" : text);
        }
    }

    void size(int width, int height) {
        tab.ask(
                "Emulation.setDeviceMetricsOverride",
                "width",
                width,
                "height",
                height,
                "deviceScaleFactor",
                1,
                "mobile",
                false);
    }

    /** {@code light} or {@code dark}. */
    void colours(String scheme) {
        tab.ask(
                "Emulation.setEmulatedMedia",
                "features",
                List.of(Map.of("name", "prefers-color-scheme", "value", scheme)));
    }

    void screenshot(Path file) {
        byte[] picture = Base64.getDecoder()
                .decode(tab.ask("Page.captureScreenshot", "format", "png")
                        .get("data")
                        .asText());
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, picture);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exceptions of scripts and what the browser refused, but for answers that are not 2xx. */
    List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        for (JsonNode event : tab.events()) {
            String method = event.path("method").asText();
            JsonNode entry = event.path("params").path("entry");
            boolean refused = method.equals("Log.entryAdded")
                    && entry.path("level").asText().equals("error")
                    && !entry.path("source").asText().equals("network");
            if (method.equals("Runtime.exceptionThrown") || refused) {
                complaints.add(event.toString());
            }
        }
        return complaints;
    }

    /** The requests of the page so far, with their headers. */
    List<JsonNode> requests() {
        return tab.events().stream()
                .filter(event -> event.path("method").asText().equals("Network.requestWillBeSent"))
                .map(event -> event.path("params").path("request"))
                .toList();
    }

    static String quoted(String text) {
        return JSON.valueToTree(text).toString();
    }

    @Override
    public void close() {
        tab.close();
        end();
    }

    private void end() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
