package io.sluice.service.api;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.EncoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.sluice.service.definition.PipelineFleet;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@QuarkusTest
class DefinitionsResourceTest {

    private static final String PIPELINES = "/api/v1/pipelines";
    private static final String MADE = PIPELINES + "/made";

    private static final RestAssuredConfig YAML_AS_TEXT = RestAssuredConfig.config()
            .encoderConfig(EncoderConfig.encoderConfig()
                    .encodeContentTypeAs("application/yaml", ContentType.TEXT)
                    .appendDefaultContentCharsetToContentTypeIfUndefined(false));

    @Inject
    PipelineFleet fleet;

    @TempDir
    Path directory;

    @BeforeEach
    void keeping() {
        fleet.keepIn(directory.resolve("definitions"));
    }

    @AfterEach
    void removed() {
        given().delete(MADE);
    }

    private String yaml(String commitInterval, int port) {
        return """
                pipeline:
                  name: made
                  commit-interval: %s
                  state-directory: '%s/state'
                source:
                  type: postgres
                  hostname: localhost
                  port: %d
                  database-name: shop
                  username: sluice
                  password: canary-password
                  tables: public.orders
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: jdbc
                    uri: 'jdbc:sqlite:%s/catalog.db'
                    warehouse: '%s/warehouse'
                """.formatted(commitInterval, directory, port, directory, directory);
    }

    private static RequestSpecification body(String yaml) {
        return given().config(YAML_AS_TEXT).contentType("application/yaml").body(yaml);
    }

    private Response create() {
        return body(yaml("10s", 1)).queryParam("start", false).post(PIPELINES);
    }

    @Test
    void a_pipeline_is_created_found_replaced_and_removed() {
        Response created = create();
        created.then().statusCode(201).body("name", equalTo("made")).body("state", equalTo("STOPPED"));
        assertThat(created.header("Location")).endsWith(MADE);
        String tag = created.header("ETag");
        get(MADE).then().statusCode(200).header("ETag", tag);
        get("/api/v1/definitions").then().body("pipeline", hasItem("made"));

        body(yaml("10s", 1)).put(MADE).then().statusCode(200).header("ETag", tag);
        body(yaml("20s", 1)).put(MADE).then().statusCode(200).header("ETag", not(tag));

        given().delete(MADE).then().statusCode(204);
        get(MADE).then().statusCode(404);
        given().delete(MADE).then().statusCode(404).body("type", equalTo("urn:sluice:problem:unknown-pipeline"));
    }

    @Test
    void json_is_as_good_as_yaml() {
        given().contentType("application/json")
                .body("""
                        {"pipeline": {"name": "made"},
                         "source": {"type": "postgres", "hostname": "localhost", "database-name": "shop",
                                    "username": "sluice", "tables": ["public.orders"]},
                         "sink": {"type": "iceberg", "namespace": "shop",
                                  "catalog": {"type": "jdbc", "uri": "jdbc:sqlite:catalog.db",
                                              "warehouse": "warehouse"}}}
                        """)
                .queryParam("start", "false")
                .put(MADE)
                .then()
                .statusCode(201)
                .body("name", equalTo("made"));
    }

    @Test
    void a_change_for_another_revision_is_refused() {
        String tag = create().header("ETag");
        body(yaml("20s", 1)).header("If-Match", tag).put(MADE).then().statusCode(200);

        body(yaml("30s", 1))
                .header("If-Match", tag)
                .put(MADE)
                .then()
                .statusCode(412)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:outdated"));
        body(yaml("30s", 1)).header("If-None-Match", "*").put(MADE).then().statusCode(412);
        given().header("If-Match", tag).delete(MADE).then().statusCode(412);
    }

    @Test
    void a_second_one_of_the_same_name_is_refused() {
        create();

        create().then().statusCode(409).body("type", equalTo("urn:sluice:problem:exists"));
    }

    @Test
    void every_problem_of_a_text_is_told_with_its_field_and_place_and_no_secret() {
        Response refused = body(yaml("soon", 1).replace("hostname", "hostnam")).post(PIPELINES);

        refused.then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:invalid-definition"))
                .body("errors.field", hasItem("pipeline.commit-interval"))
                .body("errors.line", hasItem(3));
        assertThat(refused.asString()).contains("hostname").doesNotContain("canary");
        get(MADE).then().statusCode(404);
    }

    @Test
    void a_body_may_not_read_files_of_the_service() {
        body(yaml("10s", 1).replace("canary-password", "${file:/etc/hostname}"))
                .post(PIPELINES)
                .then()
                .statusCode(400)
                .body("errors", hasSize(1))
                .body("errors[0].field", equalTo("source.password"));
    }

    @Test
    void a_name_in_the_body_that_is_not_that_of_the_path_is_refused() {
        body(yaml("10s", 1))
                .put(PIPELINES + "/other")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:sluice:problem:other-name"));
    }

    @Test
    void a_dry_run_changes_nothing_and_tells_what_it_met() throws IOException {
        int nobody;
        try (ServerSocket socket = new ServerSocket(0)) {
            nobody = socket.getLocalPort();
        }

        Response answer = body(yaml("10s", nobody)).queryParam("dryRun", "true").post(PIPELINES);

        answer.then().statusCode(422).body("type", equalTo("urn:sluice:problem:source-unavailable"));
        assertThat(answer.asString()).doesNotContain("canary");
        get(MADE).then().statusCode(404);
    }

    @Test
    void other_kinds_of_bodies_and_answers_to_questions_are_refused() {
        given().contentType("text/html").body("<p>").post(PIPELINES).then().statusCode(415);
        body("").post(PIPELINES).then().statusCode(400);
        body(yaml("10s", 1))
                .queryParam("dryRun", "maybe")
                .post(PIPELINES)
                .then()
                .statusCode(400);
        body(yaml("10s", 1)).header("If-Match", "abc").put(MADE).then().statusCode(400);
    }
}
