package io.sluice.service.api;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.quarkus.test.junit.QuarkusTest;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.PipelineDouble;
import io.sluice.service.Statuses;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class DeadLettersResourceTest {

    private static final String LETTERS = "/api/v1/pipelines/letters";
    private static final String DEAD = LETTERS + "/dead-letters";

    @Inject
    PipelineRegistry registry;

    private PipelineDouble pipeline;

    @BeforeEach
    void pipelineWithThree() {
        pipeline = new PipelineDouble(
                "letters",
                PipelineState.RUNNING,
                List.of(
                        Statuses.setAside(Statuses.table("public.items", PipelinePhase.STREAMING, 5, 5, 100), 1),
                        Statuses.setAside(Statuses.table("public.orders", PipelinePhase.STREAMING, 100, 100, 2000), 2),
                        Statuses.table("public.quiet", PipelinePhase.STREAMING, 5, 5, 100)));
        pipeline.deadLetters(
                List.of(letter("public.orders", 19), letter("public.items", 18), letter("public.orders", 17)));
        registry.put(pipeline);
    }

    @AfterEach
    void gone() {
        registry.remove("letters");
    }

    private static DeadLetter letter(String table, long id) {
        return new DeadLetter(
                TableId.parse(table),
                "id=" + id,
                "cents",
                "amount * 100 is outside of bigint",
                "0/" + id,
                id,
                Instant.ofEpochSecond(id));
    }

    @Test
    void rows_that_are_set_aside_are_told_with_key_column_and_reason_latest_first() {
        get(DEAD)
                .then()
                .statusCode(200)
                .contentType("application/json")
                .body("open", equalTo(3))
                .body("deadLetters.key", contains("id=19", "id=18", "id=17"))
                .body("deadLetters[0].table", equalTo("public.orders"))
                .body("deadLetters[0].column", equalTo("cents"))
                .body("deadLetters[0].reason", equalTo("amount * 100 is outside of bigint"))
                .body("deadLetters[0].position", equalTo("0/19"))
                .body("deadLetters[0].cut", equalTo(19))
                .body("deadLetters[0].at", equalTo("1970-01-01T00:00:19Z"));
    }

    @Test
    void what_the_limit_leaves_out_is_counted_all_the_same() {
        given().queryParam("limit", 1)
                .get(DEAD)
                .then()
                .statusCode(200)
                .body("open", equalTo(3))
                .body("deadLetters", hasSize(1));
    }

    @Test
    void those_of_one_table_are_asked_for_by_either_of_its_names() {
        for (String table : new String[] {"public.orders", "shop.orders"}) {
            given().queryParam("table", table)
                    .get(DEAD)
                    .then()
                    .statusCode(200)
                    .body("open", equalTo(2))
                    .body("deadLetters.key", contains("id=19", "id=17"));
        }
        given().queryParam("table", "public.quiet")
                .get(DEAD)
                .then()
                .statusCode(200)
                .body("open", equalTo(0))
                .body("deadLetters", empty());
    }

    @Test
    void a_pipeline_that_was_never_started_here_tells_what_the_lake_has() {
        pipeline.state(PipelineState.STOPPED);
        pipeline.tables(List.of());
        given().queryParam("table", "public.orders")
                .get(DEAD)
                .then()
                .statusCode(200)
                .body("open", equalTo(2));
        given().queryParam("table", "public.unheard")
                .get(DEAD)
                .then()
                .statusCode(200)
                .body("open", equalTo(0));
    }

    @Test
    void an_unknown_table_or_pipeline_and_a_bad_limit_are_problem_documents() {
        given().queryParam("table", "public.nothing")
                .get(DEAD)
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:unknown-table"))
                .body("detail", containsString("'public.nothing'"));
        get("/api/v1/pipelines/nobody/dead-letters")
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:sluice:problem:unknown-pipeline"));
        for (String limit : new String[] {"0", "-1", "1001", "x", "99999999999"}) {
            given().queryParam("limit", limit)
                    .get(DEAD)
                    .then()
                    .statusCode(400)
                    .contentType("application/problem+json")
                    .body("detail", containsString("from 1 to 1000, got '" + limit + "'"));
        }
        given().queryParam("limit", "1000").get(DEAD).then().statusCode(200);
    }

    @Test
    void rows_that_are_set_aside_are_an_event_with_column_and_reason() {
        EventJson event = EventJson.of(
                new PipelineEvent.RowsSetAside("letters", "public.orders", 2, "cents", "outside of bigint"));

        assertThat(event.type()).isEqualTo("RowsSetAside");
        assertThat(event.pipeline()).isEqualTo("letters");
        assertThat(event.details())
                .isEqualTo(
                        Map.of("table", "public.orders", "rows", 2L, "column", "cents", "reason", "outside of bigint"));
    }

    @Test
    void the_pipeline_tells_how_many_rows_of_each_table_are_set_aside() {
        get(LETTERS)
                .then()
                .statusCode(200)
                .body("tables.setAside", contains(1, 2, 0))
                .body("totals.setAside", equalTo(3));
    }
}
