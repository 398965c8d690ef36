package io.sluice.service.api;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The description as it is handed out: what the build has stored, byte by byte. */
@QuarkusTest
class ApiDescriptionRouteTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ANYTHING = "*/*";

    @ParameterizedTest
    @CsvSource({
        "/q/openapi,              yaml",
        "/q/openapi/,             yaml",
        "/q/openapi.yaml,         yaml",
        "/q/openapi.yml,          yaml",
        "/q/openapi?format=yaml,  yaml",
        "/q/openapi?format=other, yaml",
        "/q/openapi.json,         json",
        "/q/openapi?format=json,  json",
        "/q/openapi?format=JSON,  json"
    })
    void it_is_the_stored_document_in_the_format_that_the_address_names(String address, String format)
            throws IOException {
        assertStored(given().accept(ANYTHING).get(address), format);
    }

    @ParameterizedTest
    @CsvSource({
        "application/json,            json",
        "'text/html, application/json', json",
        "application/yaml,            yaml",
        "text/html,                   yaml"
    })
    void or_in_the_one_that_is_accepted(String accepted, String format) throws IOException {
        assertStored(given().accept(accepted).get("/q/openapi"), format);
    }

    @Test
    void it_is_there_for_who_asks_for_its_head_only_and_cannot_be_changed() {
        given().head("/q/openapi").then().statusCode(200).contentType("application/yaml");
        given().put("/q/openapi").then().statusCode(404).contentType(Problem.MEDIA_TYPE);
        given().get("/q/openapi.txt").then().statusCode(404);
        given().get("/q/openapi/more").then().statusCode(404);
    }

    @Test
    void it_has_the_headers_of_every_answer() {
        given().get("/q/openapi")
                .then()
                .header("Content-Security-Policy", containsString("default-src 'self'"))
                .header("X-Content-Type-Options", "nosniff");
    }

    @Test
    void both_formats_say_the_same() throws IOException {
        Object yaml = new Load(LoadSettings.builder().build()).loadFromString(new String(stored("yaml"), UTF_8));

        assertThat(JSON.<JsonNode>valueToTree(yaml)).isEqualTo(JSON.readTree(stored("json")));
    }

    @Test
    void every_operation_names_its_role_in_a_scheme_that_is_described() throws IOException {
        JsonNode described = JSON.readTree(stored("json"));
        String scheme = described
                .path("components")
                .path("securitySchemes")
                .fieldNames()
                .next();
        assertThat(described
                        .at("/components/securitySchemes/" + scheme + "/scheme")
                        .asText())
                .isEqualTo("bearer");
        described
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> assertThat(roles(operation.getValue(), scheme))
                                .as("%s %s", operation.getKey(), path.getKey())
                                .hasSize(1)
                                .isSubsetOf(Set.of("viewer", "operator", "admin"))));
        JsonNode paths = described.path("paths");
        assertThat(roles(paths.path("/api/v1/pipelines").path("get"), scheme)).containsExactly("viewer");
        assertThat(roles(paths.path("/api/v1/pipelines").path("post"), scheme)).containsExactly("admin");
        assertThat(roles(paths.path("/api/v1/pipelines/{name}/verify").path("get"), scheme))
                .containsExactly("viewer");
        assertThat(roles(paths.path("/api/v1/pipelines/{name}/verify").path("delete"), scheme))
                .containsExactly("operator");
    }

    private static List<String> roles(JsonNode operation, String scheme) {
        List<String> roles = new ArrayList<>();
        operation.path("security").path(0).path(scheme).forEach(role -> roles.add(role.asText()));
        return roles;
    }

    private static void assertStored(Response answer, String format) throws IOException {
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo("application/" + format + ";charset=UTF-8");
        assertThat(answer.asByteArray()).isEqualTo(stored(format));
    }

    private static byte[] stored(String format) throws IOException {
        String name = "/META-INF/sluice/openapi." + format;
        try (InputStream in = ApiDescriptionRouteTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }
}
