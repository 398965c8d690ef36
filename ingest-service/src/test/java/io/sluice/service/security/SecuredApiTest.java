package io.sluice.service.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.sluice.service.PipelineDouble;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(SecuredApiTest.WithTokens.class)
class SecuredApiTest {

    private static final String PIPELINES = "/api/v1/pipelines";
    // Constants: the profile is another class loader's, and would make others.
    private static final String VIEWER = ApiTokens.PREFIX + "of-the-viewer-in-this-test";
    private static final String OPERATOR = ApiTokens.PREFIX + "of-the-operator-in-this-test";
    private static final String ADMIN = ApiTokens.PREFIX + "of-the-admin-in-this-test";

    /** A service that knows three tokens. */
    public static final class WithTokens implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                Path file = Files.createTempFile("tokens", "");
                Files.write(
                        file,
                        List.of(
                                ApiTokens.line(new Caller("vera", Role.VIEWER), VIEWER),
                                ApiTokens.line(new Caller("otto", Role.OPERATOR), OPERATOR),
                                ApiTokens.line(new Caller("ada", Role.ADMIN), ADMIN)));
                file.toFile().deleteOnExit();
                return Map.of(Authentication.TOKENS_FILE, file.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Inject
    PipelineRegistry registry;

    @BeforeEach
    void shop() {
        registry.put(new PipelineDouble("shop", PipelineState.RUNNING));
    }

    private static RequestSpecification as(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    @Test
    void without_a_known_token_nothing_is_shown() {
        for (RequestSpecification nobody : List.of(
                given(),
                as(ApiTokens.generate()),
                as("x.y.z"),
                given().header("Authorization", "Basic YTpi"),
                given().header("Authorization", "Bearer"))) {
            Response answer = nobody.get(PIPELINES);
            answer.then().statusCode(401).header("WWW-Authenticate", startsWith("Bearer"));
            assertThat(answer.asString()).doesNotContain("shop");
        }
        given().get(PIPELINES)
                .then()
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:unauthorized"));
        for (String path : List.of(
                "/api/v1/events",
                "/api/v1/definitions",
                PIPELINES + "/shop/cuts",
                PIPELINES + "/shop/dead-letters",
                "/q/metrics")) {
            given().get(path).then().statusCode(401);
        }
    }

    @Test
    void probes_need_no_token() {
        registry.complete();
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
    }

    @Test
    void a_viewer_sees_and_does_nothing() {
        as(VIEWER).get(PIPELINES + "/shop").then().statusCode(200);
        as(VIEWER).get(PIPELINES + "/shop/dead-letters").then().statusCode(200);
        as(VIEWER).get("/api/v1/definitions").then().statusCode(200);
        as(VIEWER).get("/q/metrics").then().statusCode(200);
        for (String request : List.of("/pause", "/stop", "/cuts", "/verify", "/tables/public.orders/resnapshot")) {
            as(VIEWER)
                    .post(PIPELINES + "/shop" + request)
                    .then()
                    .statusCode(403)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:sluice:problem:forbidden"));
        }
        as(VIEWER).delete(PIPELINES + "/shop").then().statusCode(403);
    }

    @Test
    void an_operator_runs_pipelines_and_does_not_make_them() {
        as(OPERATOR).post(PIPELINES + "/shop/pause").then().statusCode(202);
        as(OPERATOR).post(PIPELINES + "/shop/resume").then().statusCode(202);
        as(OPERATOR).get(PIPELINES).then().statusCode(200);
        as(OPERATOR)
                .contentType("application/json")
                .body("{}")
                .post(PIPELINES)
                .then()
                .statusCode(403);
        as(OPERATOR).delete(PIPELINES + "/shop").then().statusCode(403);
    }

    @Test
    void an_admin_may_everything() {
        as(ADMIN).post(PIPELINES + "/shop/pause").then().statusCode(202);
        as(ADMIN)
                .contentType("application/json")
                .body("{}")
                .post(PIPELINES)
                .then()
                .statusCode(400);
    }

    @Test
    void who_changed_what_is_told_in_the_audit_log_and_nothing_secret() {
        List<String> lines = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage() + String.join(" ", texts(line.getParameters())));
            }

            @Override
            public void flush() {
                // Nothing is held back.
            }

            @Override
            public void close() {
                // Nothing is open.
            }
        };
        Logger log = Logger.getLogger(AuditLog.CATEGORY);
        log.addHandler(handler);
        try {
            as(OPERATOR).post(PIPELINES + "/shop/pause");
            as(VIEWER).post(PIPELINES + "/shop/stop");
            as(VIEWER).get(PIPELINES + "/shop");
        } finally {
            log.removeHandler(handler);
        }
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).contains("otto", "POST", "/api/v1/pipelines/shop/pause", "202");
        assertThat(lines.get(1)).contains("vera", "POST", "/api/v1/pipelines/shop/stop", "403");
        assertThat(lines.toString()).doesNotContain(OPERATOR, VIEWER);
    }

    private static List<String> texts(Object[] parameters) {
        return parameters == null
                ? List.of()
                : Arrays.stream(parameters).map(String::valueOf).toList();
    }
}
