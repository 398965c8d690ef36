package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.kubernetes.KubernetesApiServer;
import io.sluice.testkit.kubernetes.KubernetesApiServer.Fault;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.workload.RandomWorkload;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas of the packaged service beside an API server of Kubernetes: one runs the pipelines, the other is ready to. */
class LeaderElectionIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** What is promised, from the kill to the first cut of the other one. */
    private static final Duration TAKEOVER = Duration.ofSeconds(30);

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final String POD_LABEL = "statefulset.kubernetes.io/pod-name";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void aStandbyTakesOverFromALeaderThatIsKilledAndFromOneThatIsStopped() throws Exception {
        try (KubernetesApiServer cluster = KubernetesApiServer.start();
                TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(41, database)) {
            cluster.putService("shop", "sluice", Map.of("app.kubernetes.io/name", "sluice"));
            LawHarness law = new LawHarness(database, workload.tables(), directory, "commit-max-rows: 20");
            try (ChildProcess first = start(cluster, "sluice-0", law)) {
                first.awaitLine("Leading", LIMIT);
                first.awaitLine("handover", LIMIT);
                try (ChildProcess second = start(cluster, "sluice-1", law)) {
                    second.awaitLine("Standby; sluice-0_.* leads", LIMIT);
                    assertThat(cluster.selector("shop", "sluice"))
                            .containsEntry("app.kubernetes.io/name", "sluice")
                            .containsEntry(POD_LABEL, "sluice-0");
                    assertStandsBy(second);
                    workload.runTransactions(40);

                    first.kill();
                    long killed = System.nanoTime();
                    workload.runTransactions(20);
                    second.awaitLine("Leading", TAKEOVER);
                    awaitCut(second);
                    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(TAKEOVER);
                    workload.runTransactions(40);
                    law.awaitLakeEqualsSource();
                    Awaitility.await()
                            .atMost(LIMIT)
                            .until(() -> "sluice-1"
                                    .equals(cluster.selector("shop", "sluice").get(POD_LABEL)));
                    assertThat(cluster.lease("shop", "sluice")
                                    .orElseThrow()
                                    .at("/spec/leaseTransitions")
                                    .asInt())
                            .isOne();

                    // The pod of the killed one comes back, as the standby.
                    first.restart();
                    first.awaitLine("Standby; sluice-1_.* leads", LIMIT);
                    second.terminate();
                    assertThat(second.awaitExit(LIMIT)).isZero();
                    // Given back, so that nobody waits for it to expire.
                    first.awaitLine("Leading", Duration.ofSeconds(10));
                    workload.runTransactions(20);
                    law.awaitLakeEqualsSource();
                }
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    @Test
    void aLeaderThatCannotRenewEndsItsPipelinesAndItselfBeforeAnotherOneMayLead() throws Exception {
        try (KubernetesApiServer cluster = KubernetesApiServer.start();
                TestDatabase database = EmbeddedPostgresServer.shared().createDatabase();
                RandomWorkload workload = RandomWorkload.create(42, database)) {
            LawHarness law = new LawHarness(database, workload.tables(), directory, "");
            try (ChildProcess leader = start(cluster, "sluice-0", law)) {
                leader.awaitLine("handover", LIMIT);
                cluster.failing(call -> Fault.SILENT);
                leader.awaitLine(
                        "Lost the leadership \\(not renewed within PT5S.*(did not answer|cannot be asked)", LIMIT);
                assertThat(leader.awaitExit(Duration.ofSeconds(20))).isEqualTo(6);
            }
            law.catchUp();
            law.assertLakeEqualsSource();
        }
    }

    /** It shows itself, is ready to take over, and does nothing. */
    private void assertStandsBy(ChildProcess standby) throws Exception {
        String url =
                standby.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> ask("GET", url + "/q/health/ready").statusCode() == 200);
        assertThat(ask("GET", url + "/q/health/live").statusCode()).isEqualTo(200);
        assertThat(ask("GET", url + "/api/v1/pipelines").statusCode()).isEqualTo(200);
        assertThat(ask("GET", url + "/q/metrics").body()).contains("sluice_leader 0.0");
        HttpResponse<String> refused = ask("POST", url + "/api/v1/pipelines/law/start");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refused.body()).contains("urn:sluice:problem:standby", "sluice-0_");
    }

    private static void awaitCut(ChildProcess service) {
        String url =
                service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
        Awaitility.await()
                .atMost(TAKEOVER)
                .ignoreExceptions()
                .until(() -> HttpClient.newHttpClient()
                        .send(
                                HttpRequest.newBuilder(URI.create(url + "/api/v1/pipelines/law"))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body()
                        .contains("\"phase\":\"STREAMING\""));
    }

    private HttpResponse<String> ask(String method, String url) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(url))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** As a pod has it: a directory of definitions, and caches of its own. */
    private ChildProcess start(KubernetesApiServer cluster, String pod, LawHarness law) throws IOException {
        Path own = Files.createDirectories(directory.resolve(pod));
        Path definitions = Files.createDirectories(own.resolve("pipelines"));
        Files.writeString(
                definitions.resolve("law.yaml"),
                Files.readString(law.file())
                        .replace(
                                directory.resolve("state").toString(),
                                own.resolve("state").toString()));
        return ChildProcess.ofJar(JAR)
                .jvmOptions("-Xmx400m", "--add-opens=java.base/java.nio=ALL-UNNAMED")
                .directory(own)
                .environment("SLUICE_LEADER_ELECTION_ENABLED", "true")
                .environment("SLUICE_LEADER_ELECTION_API_SERVER", cluster.uri().toString())
                .environment(
                        "SLUICE_LEADER_ELECTION_SERVICE_ACCOUNT",
                        cluster.serviceAccount(own.resolve("account"), "shop").toString())
                .environment("SLUICE_LEADER_ELECTION_POD", pod)
                .environment("SLUICE_LEADER_ELECTION_SERVICE", "sluice")
                .arguments("run", definitions.toString(), "--port", "0", "--plain")
                .start();
    }
}
