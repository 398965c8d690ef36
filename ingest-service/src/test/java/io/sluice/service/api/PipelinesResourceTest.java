package io.sluice.service.api;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.PipelineDouble;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class PipelinesResourceTest {

    private static final String SHOP = "/api/v1/pipelines/shop";

    @Inject
    PipelineRegistry registry;

    private PipelineDouble shop = new PipelineDouble("shop", PipelineState.RUNNING);

    @BeforeEach
    void runningShop() {
        if (registry.find("shop").isEmpty()) {
            registry.add(shop);
        }
        shop = (PipelineDouble) registry.find("shop").orElseThrow();
        shop.state(PipelineState.RUNNING);
        registry.accept(new PipelineEvent.StateChanged("shop", PipelineState.STARTING, PipelineState.RUNNING));
    }

    @Test
    void a_table_is_loaded_anew_on_request_and_problems_say_why_not() {
        shop.state(PipelineState.STOPPED);
        post(SHOP + "/tables/public.orders/resnapshot")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:wrong-state"))
                .body("state", equalTo("STOPPED"));
        shop.state(PipelineState.RUNNING);
        post(SHOP + "/tables/public.nothing/resnapshot")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:unknown-table"));
        post("/api/v1/pipelines/nothing/tables/public.orders/resnapshot").then().statusCode(404);
        post(SHOP + "/tables/public.orders/resnapshot").then().statusCode(202).body("name", equalTo("shop"));
        post(SHOP + "/tables/public.orders/resnapshot").then().statusCode(409);
    }

    @Test
    void a_pipeline_has_the_fields_of_the_contract() {
        get(SHOP)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("name", equalTo("shop"))
                .body("state", equalTo("RUNNING"))
                .body("phase", equalTo("STREAMING"))
                .body("position", equalTo("0/1A2B3C4D"))
                .body("cut", equalTo(17))
                .body("lagBytes", equalTo(2_500_000))
                .body("lagSeconds", equalTo(0.44f))
                .body("error", nullValue())
                .body("tables", hasSize(2))
                .body("tables[1].source", equalTo("public.orders"))
                .body("tables[1].sink", equalTo("shop.orders"))
                .body("tables[1].phase", equalTo("STREAMING"))
                .body("tables[1].rowsRead", equalTo(100))
                .body("tables[1].rowsEstimated", equalTo(100))
                .body("tables[1].position", equalTo("0/1A2B3C4D"))
                .body("tables[1].snapshotId", equalTo(123))
                .body("tables[0]", hasKey("position"))
                .body("tables[0].position", nullValue())
                .body("tables[0].snapshotId", nullValue());
    }

    @Test
    void all_pipelines_and_the_tables_of_one_are_listed() {
        get("/api/v1/pipelines").then().statusCode(200).body("name", hasItem("shop"));
        get(SHOP + "/tables").then().statusCode(200).body("$", hasSize(2)).body("source", hasItem("public.items"));
    }

    @Test
    void requests_are_accepted_with_the_status() {
        post(SHOP + "/pause").then().statusCode(202).body("state", equalTo("PAUSED"));
        post(SHOP + "/resume").then().statusCode(202).body("state", equalTo("RUNNING"));
        post(SHOP + "/stop").then().statusCode(202).body("state", equalTo("STOPPED"));
        given().queryParam("mode", "until-caught-up")
                .post(SHOP + "/start")
                .then()
                .statusCode(202)
                .body("state", equalTo("RUNNING"));
        assertThat(shop.mode()).isEqualTo(Pipeline.RunMode.UNTIL_CAUGHT_UP);
    }

    @Test
    void an_unknown_pipeline_is_a_problem_document() {
        for (String path : new String[] {"", "/tables", "/cuts", "/events"}) {
            get("/api/v1/pipelines/nobody" + path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:sluice:problem:unknown-pipeline"))
                    .body("title", equalTo("Unknown pipeline"))
                    .body("status", equalTo(404))
                    .body("detail", containsString("'nobody'"))
                    .body("instance", equalTo("/api/v1/pipelines/nobody" + path));
        }
    }

    @Test
    void a_request_that_the_state_forbids_is_a_conflict_that_names_the_state() {
        post(SHOP + "/resume")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("title", equalTo("Wrong state"))
                .body("state", equalTo("RUNNING"))
                .body("detail", containsString("shop is RUNNING, so it cannot resume"));
        post(SHOP + "/start").then().statusCode(409).body("state", equalTo("RUNNING"));
    }

    @Test
    void bad_parameters_and_unknown_paths_are_problem_documents_too() {
        given().queryParam("mode", "soon")
                .post(SHOP + "/start")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("'soon'"));
        given().queryParam("limit", "-1")
                .get(SHOP + "/cuts")
                .then()
                .statusCode(400)
                .body("status", equalTo(400));
        get("/api/v1/nothing").then().statusCode(404).contentType("application/problem+json");
        given().patch(SHOP).then().statusCode(405).contentType("application/problem+json");
    }

    @Test
    void the_latest_cuts_come_first() {
        registry.accept(new PipelineEvent.CutPublished("shop", 20, "0/20", 10, 2, 0.1));
        shop.cuts(List.of(lakeCut(20), lakeCut(19), lakeCut(18)));
        given().queryParam("limit", 2)
                .get(SHOP + "/cuts")
                .then()
                .statusCode(200)
                .body("$", hasSize(2))
                .body("[0].cut", equalTo(20))
                .body("[0].position", equalTo("0/20"))
                .body("[0].publishedAt", equalTo("1970-01-01T00:00:20Z"))
                .body("[0].tagged", equalTo(true))
                .body("[0].rows", equalTo(10))
                .body("[0].tables.sink", contains("shop.items", "shop.orders"))
                .body("[0].tables.snapshotId", contains(7, 8))
                .body("[1].cut", equalTo(19))
                .body("[1].tagged", equalTo(false))
                .body("[1].rows", nullValue());
    }

    @Test
    void a_requested_cut_is_answered_with_its_number_when_it_is_tagged() {
        shop.cuts(List.of(lakeCut(20)));
        shop.requestedCut(CompletableFuture.completedFuture(20L));

        post(SHOP + "/cuts").then().statusCode(201).body("cut", equalTo(20)).body("tagged", equalTo(true));
    }

    @Test
    void a_cut_of_a_pipeline_that_publishes_none_is_a_conflict() {
        shop.state(PipelineState.PAUSED);
        post(SHOP + "/cuts")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("state", equalTo("PAUSED"))
                .body("detail", containsString("shop is PAUSED, so it cannot publish a cut"));
        shop.state(PipelineState.RUNNING);
        shop.requestedCut(CompletableFuture.failedFuture(new IllegalStateException("ended")));
        post(SHOP + "/cuts").then().statusCode(409);
        post("/api/v1/pipelines/nobody/cuts").then().statusCode(404).contentType("application/problem+json");
    }

    private static LakeCut lakeCut(long number) {
        return new LakeCut(
                number,
                "0/" + number,
                Instant.ofEpochSecond(number),
                number % 2 == 0,
                Map.of(TableId.parse("shop.orders"), 8L, TableId.parse("shop.items"), 7L));
    }

    @Test
    void events_are_sent_as_they_happen() throws Exception {
        String first = firstEvent(SHOP + "/events", "other", "shop");

        assertThat(first).contains("\"type\":\"CutPublished\"", "\"pipeline\":\"shop\"", "\"cut\":99");
    }

    @Test
    void one_stream_has_the_events_of_all_pipelines() throws Exception {
        assertThat(firstEvent("/api/v1/events", "other")).contains("\"pipeline\":\"other\"", "\"cut\":99");
        assertThat(firstEvent("/api/v1/events", "shop")).contains("\"pipeline\":\"shop\"", "\"cut\":99");
    }

    /** The first event that a stream carries while these pipelines publish one cut after the other. */
    private String firstEvent(String path, String... pipelines) throws Exception {
        HttpResponse<InputStream> response = HttpClient.newHttpClient()
                .sendAsync(
                        HttpRequest.newBuilder(URI.create("http://localhost:" + RestAssured.port + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream())
                .get(20, TimeUnit.SECONDS);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try (BufferedReader reader =
                    new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                return reader.lines()
                        .filter(line -> line.startsWith("data:"))
                        .findFirst()
                        .orElse("");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            for (String pipeline : pipelines) {
                registry.accept(new PipelineEvent.CutPublished(pipeline, 99, "0/99", 10, 2, 0.1));
            }
            return first.isDone();
        });
        return first.get();
    }

    @Test
    void a_failed_pipeline_is_told_and_makes_the_process_neither_unready_nor_dead() {
        registry.complete();
        shop.state(PipelineState.FAILED);
        get("/q/health/ready").then().statusCode(200).body(containsString("FAILED"));
        get("/q/health/live").then().statusCode(200);
    }

    @Test
    void metrics_carry_the_pipeline_and_its_tables() {
        String metrics = get("/q/metrics").then().statusCode(200).extract().asString();

        assertThat(metrics)
                .contains(
                        "sluice_rows_read_total{phase=\"snapshot\",pipeline=\"shop\",table=\"public.orders\"",
                        "sluice_cut{pipeline=\"shop\"",
                        "sluice_lag_seconds{pipeline=\"shop\"} 0.44",
                        "sluice_lag_bytes{pipeline=\"shop\"} 2500000",
                        "sluice_pipeline_state{pipeline=\"shop\",state=\"RUNNING\"} 1",
                        "sluice_table_stopped{pipeline=\"shop\",table=\"public.items\"",
                        "sluice_cuts_total{pipeline=\"shop\"}");
    }
}
