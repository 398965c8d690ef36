package io.sluice.service.api;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The console as it is served: the page, and everything that it names, found as a browser finds it. */
@QuarkusTest
class ConsolePageTest {

    private static final Pattern NAMED = Pattern.compile("(?:src|href)=\"([^\"#][^\"]*)\"|from '\\./([^']+)'");
    private static final Pattern REQUEST = Pattern.compile("'(GET|POST|PUT|DELETE) (/api/v1/[^']+)'");

    @Test
    void the_page_and_its_parts_may_load_nothing_from_elsewhere() {
        Map<String, Response> served = served();

        assertThat(served.keySet()).contains("/", "/console/main.js", "/console/base.css", "/console/api.js");
        assertThat(served.size()).isGreaterThan(15);
        served.forEach((path, answer) -> {
            answer.then()
                    .statusCode(200)
                    .header("Content-Security-Policy", containsString("default-src 'self'"))
                    .header("X-Content-Type-Options", equalTo("nosniff"))
                    .header("Cache-Control", equalTo("no-cache"));
            assertThat(answer.header("Content-Security-Policy")).doesNotContain("unsafe", "http", "*", "data:");
        });
    }

    @Test
    void nothing_names_another_place_and_nothing_is_inline() {
        served().forEach((path, answer) -> {
            // Names of vocabularies are no places that anything is loaded from.
            String text = answer.asString().replace("http://www.w3.org/2000/svg", "");
            assertThat(text)
                    .as(path)
                    .doesNotContain("http://", "https://", "//cdn", "@import", "url(")
                    .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
            if (path.equals("/")) {
                assertThat(text)
                        .doesNotContain("<style", " style=", " onclick=")
                        .doesNotContainPattern("<script>");
            }
        });
    }

    @Test
    void the_modules_stay_small() {
        served().forEach((path, answer) ->
                assertThat(answer.asString().lines().count()).as(path).isLessThanOrEqualTo(300));
    }

    @Test
    void every_request_of_the_page_is_described_and_stands_in_one_file() {
        Map<String, Map<String, Object>> described = given().queryParam("format", "json")
                .get("/q/openapi")
                .then()
                .statusCode(200)
                .extract()
                .path("paths");
        Map<String, Response> served = served();
        List<String> asked = new ArrayList<>();
        Matcher request = REQUEST.matcher(served.get("/console/api.js").asString());
        while (request.find()) {
            asked.add(request.group(1) + " " + request.group(2));
            assertThat(described).containsKey(request.group(2));
            assertThat(described.get(request.group(2)))
                    .as(request.group(2))
                    .containsKey(request.group(1).toLowerCase(Locale.ROOT));
        }
        assertThat(asked).contains("GET /api/v1/events", "POST /api/v1/pipelines/{name}/verify");
        served.forEach((path, answer) -> {
            if (!path.equals("/console/api.js")) {
                assertThat(answer.asString()).as(path).doesNotContain("/api/v1");
            }
        });
    }

    @Test
    void the_page_has_a_language_landmarks_and_a_place_for_news() {
        get("/").then()
                .contentType("text/html")
                .body(
                        containsString("<html lang=\"en\">"),
                        containsString("<main id=\"main\""),
                        containsString("<nav aria-label=\"Main\">"),
                        containsString("aria-live=\"polite\""));
    }

    /** Every part by its path. */
    private static Map<String, Response> served() {
        Map<String, Response> served = new LinkedHashMap<>();
        Deque<String> open = new ArrayDeque<>(List.of("/"));
        while (!open.isEmpty()) {
            String path = open.remove();
            if (!served.containsKey(path)) {
                Response answer = get(path);
                served.put(path, answer);
                open.addAll(named(path, answer.asString()));
            }
        }
        return served;
    }

    private static Set<String> named(String path, String text) {
        Set<String> paths = new TreeSet<>();
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            String folder = path.substring(0, path.lastIndexOf('/') + 1);
            paths.add(folder + (named.group(1) == null ? named.group(2) : named.group(1)));
        }
        return paths;
    }
}
