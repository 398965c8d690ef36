package io.sluice.service.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.sluice.service.PipelineDouble;
import io.sluice.service.Statuses;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** 50 pipelines with 100 tables each. */
@QuarkusTest
class ManyPipelinesTest {

    private static final int PIPELINES = 50;
    private static final int TABLES = 100;

    @Inject
    PipelineRegistry registry;

    @BeforeEach
    void added() {
        for (int number = 0; number < PIPELINES; number++) {
            registry.put(new PipelineDouble(name(number), PipelineState.RUNNING, tables()));
        }
    }

    @AfterEach
    void removed() {
        for (int number = 0; number < PIPELINES; number++) {
            registry.remove(name(number));
        }
    }

    private static String name(int number) {
        return "many-pipelines-" + number;
    }

    /** The first is stopped, the next nine are being loaded, 5 of 10 rows of each are read. */
    private static List<TableStatus> tables() {
        List<TableStatus> tables = new ArrayList<>();
        for (int number = 0; number < TABLES; number++) {
            PipelinePhase phase = number == 0
                    ? PipelinePhase.STOPPED
                    : number < 10 ? PipelinePhase.SNAPSHOT : PipelinePhase.STREAMING;
            tables.add(Statuses.table("public.table_with_a_usual_name_" + number, phase, 5, 10, 100));
        }
        return tables;
    }

    @Test
    void the_light_list_stays_small_however_many_tables_there_are() throws IOException {
        byte[] light = list("false");
        byte[] whole = list("true");

        // What is asked for every two seconds; without tables=false it is more than ten times as much.
        assertThat(light.length).isLessThan(PIPELINES * 600);
        assertThat(whole.length).isGreaterThan(10 * light.length);
        List<JsonNode> many = many(light);
        assertThat(many).hasSize(PIPELINES).allSatisfy(one -> {
            assertThat(one.get("tables").isNull()).isTrue();
            JsonNode totals = one.get("totals");
            assertThat(totals.get("tables").asInt()).isEqualTo(TABLES);
            assertThat(totals.get("stopped").asInt()).isEqualTo(1);
            assertThat(totals.get("loading").asInt()).isEqualTo(9);
            assertThat(totals.get("rowsRead").asLong()).isEqualTo(5 * TABLES);
            assertThat(totals.get("rowsEstimated").asLong()).isEqualTo(10 * TABLES);
            assertThat(totals.get("bytesRead").asLong()).isEqualTo(100 * TABLES);
            assertThat(totals.get("changes").asLong()).isEqualTo(7 * TABLES);
        });
        assertThat(many(whole)).allSatisfy(one -> assertThat(one.get("tables")).hasSize(TABLES));
    }

    @Test
    void the_list_is_whole_unless_asked_otherwise() throws IOException {
        assertThat(many(given().get("/api/v1/pipelines").asByteArray()))
                .allSatisfy(one -> assertThat(one.get("tables")).hasSize(TABLES));
        given().queryParam("tables", "some").get("/api/v1/pipelines").then().statusCode(400);
    }

    private static byte[] list(String tables) {
        return given().queryParam("tables", tables)
                .get("/api/v1/pipelines")
                .then()
                .statusCode(200)
                .extract()
                .asByteArray();
    }

    private static List<JsonNode> many(byte[] answer) throws IOException {
        List<JsonNode> many = new ArrayList<>();
        for (JsonNode one : new ObjectMapper().readTree(answer)) {
            if (one.get("name").asText().startsWith("many-pipelines-")) {
                many.add(one);
            }
        }
        return many;
    }
}
