package io.sluice.service.api;

import static io.restassured.RestAssured.delete;
import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static io.restassured.RestAssured.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.PipelineDouble;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.verify.TableResult;
import io.sluice.service.verify.VerificationReport;
import io.sluice.service.verify.Verifications;
import io.sluice.service.verify.Verifier;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class VerifyResourceTest {

    private static final String BOOKS = "/api/v1/pipelines/books/verify";

    @Inject
    PipelineRegistry registry;

    @Inject
    Verifications verifications;

    private final Semaphore steps = new Semaphore(0);
    private final Queue<PipelineEvent> events = new ConcurrentLinkedQueue<>();
    private volatile Verifications.Mode mode = Verifications.Mode.COMPARE;
    private volatile Outcome outcome = Outcome.DIFFERS;
    private PipelineRegistry.Watching watching;

    private enum Outcome {
        DIFFERS,
        FAILS
    }

    @BeforeEach
    void books() {
        for (String name : List.of("books", "films", "maps")) {
            if (registry.find(name).isEmpty()) {
                registry.add(new PipelineDouble(name, PipelineState.RUNNING));
            }
        }
        verifications.offer("books", this::verify);
        verifications.offer("films", this::verify);
        watching = registry.watch(events::add);
    }

    @AfterEach
    void end() {
        watching.close();
        steps.release(100);
        awaitEnd();
    }

    /** A comparison of two tables that waits for the test between its steps. */
    private VerificationReport verify(Verifications.Mode asked, Consumer<Verifier.Step> watcher)
            throws InterruptedException {
        mode = asked;
        watcher.accept(new Verifier.Step("reading public.books at 0/10", 0, 2));
        steps.acquire();
        watcher.accept(new Verifier.Step("shop.books is the same", 1, 2));
        steps.acquire();
        if (outcome == Outcome.FAILS) {
            throw new PipelineException(ErrorKind.SOURCE_UNAVAILABLE, "Postgres is away");
        }
        return new VerificationReport("books", Optional.of("0/20"), List.of(table("books", 0), table("loans", 1)));
    }

    private static TableResult table(String name, long missing) {
        return new TableResult(
                "public." + name,
                "shop." + name,
                missing == 0 ? TableResult.Verdict.SAME : TableResult.Verdict.DIFFERENT,
                10,
                10 - missing,
                missing,
                0,
                0,
                0,
                2,
                missing == 0 ? List.of() : List.of("id=7: missing in the lake"),
                Optional.of("0/10"),
                Optional.of("0/8"),
                Optional.empty());
    }

    @Test
    void a_verification_is_accepted_tells_its_progress_and_then_its_result() {
        post(BOOKS)
                .then()
                .statusCode(202)
                .header("Location", endsWith(BOOKS))
                .body("pipeline", equalTo("books"))
                .body("state", equalTo("RUNNING"))
                .body("repair", equalTo(false))
                .body("startedAt", notNullValue())
                .body("endedAt", nullValue())
                .body("verdict", nullValue());
        Awaitility.await()
                .atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> get(BOOKS)
                        .then()
                        .statusCode(200)
                        .body("state", equalTo("RUNNING"))
                        .body("step", equalTo("reading public.books at 0/10"))
                        .body("tablesDone", equalTo(0))
                        .body("tablesTotal", equalTo(2)));
        steps.release();
        Awaitility.await()
                .atMost(10, TimeUnit.SECONDS)
                .untilAsserted(() -> get(BOOKS).then().body("tablesDone", equalTo(1)));
        steps.release();
        awaitEnd();
        get(BOOKS)
                .then()
                .statusCode(200)
                .body("state", equalTo("DONE"))
                .body("endedAt", notNullValue())
                .body("verdict", equalTo("DIFFERENT"))
                .body("lakePosition", equalTo("0/20"))
                .body("tables", hasSize(2))
                .body("tables[0].verdict", equalTo("SAME"))
                .body("tables[0].setAside", equalTo(2))
                .body("tables[1].source", equalTo("public.loans"))
                .body("tables[1].verdict", equalTo("DIFFERENT"))
                .body("tables[1].missing", equalTo(1))
                .body("tables[1].undecided", equalTo(0))
                .body("tables[1].examples[0]", equalTo("id=7: missing in the lake"))
                .body("tables[1].sourcePosition", equalTo("0/10"))
                .body("error", nullValue());
        assertThat(mode).isEqualTo(Verifications.Mode.COMPARE);
        assertThat(events)
                .contains(
                        new PipelineEvent.VerificationProgressed("books", "reading public.books at 0/10", 0, 2),
                        new PipelineEvent.VerificationProgressed("books", "shop.books is the same", 1, 2),
                        new PipelineEvent.VerificationEnded("books", "DONE", Optional.of("DIFFERENT")));
    }

    @Test
    void one_verification_is_done_at_a_time() {
        post(BOOKS).then().statusCode(202);
        for (String path : List.of(BOOKS, "/api/v1/pipelines/films/verify")) {
            post(path)
                    .then()
                    .statusCode(409)
                    .contentType("application/problem+json")
                    .body("type", equalTo("urn:sluice:problem:verification-refused"))
                    .body("detail", containsString("Pipeline books is being verified"))
                    .body("instance", equalTo(path));
        }
        steps.release(2);
        awaitEnd();
        given().queryParam("repair", "true").post(BOOKS).then().statusCode(202).body("repair", equalTo(true));
        steps.release(2);
        awaitEnd();
        assertThat(mode).isEqualTo(Verifications.Mode.REPAIR);
    }

    @Test
    void a_verification_can_be_given_up_and_only_once() {
        post(BOOKS).then().statusCode(202);
        delete(BOOKS).then().statusCode(202);
        awaitEnd();
        get(BOOKS)
                .then()
                .body("state", equalTo("CANCELLED"))
                .body("verdict", nullValue())
                .body("error.kind", equalTo("INTERRUPTED"));
        delete(BOOKS)
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("detail", containsString("CANCELLED already"));
    }

    @Test
    void a_verification_that_fails_says_why() {
        outcome = Outcome.FAILS;
        post(BOOKS).then().statusCode(202);
        steps.release(2);
        awaitEnd();
        get(BOOKS)
                .then()
                .statusCode(200)
                .body("state", equalTo("FAILED"))
                .body("error.kind", equalTo("SOURCE_UNAVAILABLE"))
                .body("error.message", equalTo("Postgres is away"))
                .body("error.hint", notNullValue());
        assertThat(events).contains(new PipelineEvent.VerificationEnded("books", "FAILED", Optional.empty()));
    }

    @Test
    void misuse_is_a_problem_document() {
        post("/api/v1/pipelines/nobody/verify")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:unknown-pipeline"));
        get("/api/v1/pipelines/maps/verify")
                .then()
                .statusCode(404)
                .contentType("application/problem+json")
                .body("type", equalTo("urn:sluice:problem:no-verification"));
        delete("/api/v1/pipelines/maps/verify")
                .then()
                .statusCode(404)
                .body("type", equalTo("urn:sluice:problem:no-verification"));
        post("/api/v1/pipelines/maps/verify").then().statusCode(409).contentType("application/problem+json");
        given().queryParam("repair", "perhaps")
                .post(BOOKS)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("'perhaps'"));
    }

    private void awaitEnd() {
        Awaitility.await()
                .atMost(10, TimeUnit.SECONDS)
                .until(() -> verifications.latest("books").stream()
                        .noneMatch(status -> status.state().name().equals("RUNNING")));
    }
}
