package io.sluice.service.security;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.sluice.service.PipelineDouble;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.net.URL;
import org.junit.jupiter.api.Test;

@QuarkusTest
class SameOriginTest {

    private static final String PAUSE = "/api/v1/pipelines/guarded/pause";

    @TestHTTPResource("/")
    URL own;

    @Inject
    PipelineRegistry registry;

    @Test
    void a_page_of_another_site_cannot_ask_for_anything() {
        registry.put(new PipelineDouble("guarded", PipelineState.RUNNING));

        for (String origin : new String[] {"http://evil.example", "null", "http://localhost:1"}) {
            given().header("Origin", origin)
                    .post(PAUSE)
                    .then()
                    .statusCode(403)
                    .body("type", equalTo("urn:sluice:problem:foreign-origin"));
        }
        given().header("Origin", own.getProtocol() + "://" + own.getAuthority())
                .post(PAUSE)
                .then()
                .statusCode(202);
    }

    @Test
    void a_name_that_was_made_to_point_here_is_not_answered() {
        given().header("Host", "evil.example").get("/api/v1/pipelines").then().statusCode(403);
        given().header("Host", "127.0.0.1:" + own.getPort())
                .get("/api/v1/pipelines")
                .then()
                .statusCode(200);
    }

    @Test
    void only_names_of_this_machine_are_local() {
        assertThat(new String[] {"localhost", "127.0.0.1", "127.8.9.1", "[::1]", "LOCALHOST"})
                .allMatch(SameOrigin::isLocal);
        assertThat(new String[] {"", "localhost.evil.example", "10.0.0.1", "[::2]", "0x7f.1", "example"})
                .noneMatch(SameOrigin::isLocal);
    }
}
