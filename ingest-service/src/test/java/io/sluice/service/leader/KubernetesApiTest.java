package io.sluice.service.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.NullNode;
import io.sluice.testkit.kubernetes.KubernetesApiServer;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesApiTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String LEASE = "/apis/coordination.k8s.io/v1/namespaces/shop/leases/sluice";

    @TempDir
    Path directory;

    @Test
    void the_server_is_believed_by_the_certificate_of_the_cluster_alone() throws Exception {
        Path account = directory.resolve("account");
        try (KubernetesApiServer server = KubernetesApiServer.start(context("server", account))) {
            server.serviceAccount(account, "shop");
            KubernetesApi api = new KubernetesApi(server.uri(), account, LIMIT);
            assertThat(get(api).outcome()).isEqualTo(KubernetesApi.Outcome.NOT_FOUND);

            Path other = directory.resolve("other");
            context("impostor", other);
            server.serviceAccount(other, "shop");
            KubernetesApi wrong = new KubernetesApi(server.uri(), other, LIMIT);
            assertThatThrownBy(() -> get(wrong))
                    .isInstanceOf(LeaseUnavailableException.class)
                    .hasMessageContaining("cannot be asked");
        }
    }

    @Test
    void a_token_that_was_replaced_on_disk_is_the_one_that_is_sent() throws Exception {
        try (KubernetesApiServer server = KubernetesApiServer.start()) {
            KubernetesApi api = new KubernetesApi(server.uri(), server.serviceAccount(directory, "shop"), LIMIT);
            assertThat(get(api).outcome()).isEqualTo(KubernetesApi.Outcome.NOT_FOUND);
            server.requireToken("the next hour's");
            assertThatThrownBy(() -> get(api)).hasMessageContaining("401");
            server.serviceAccount(directory, "shop");
            assertThat(get(api).outcome()).isEqualTo(KubernetesApi.Outcome.NOT_FOUND);
        }
    }

    @Test
    void a_missing_token_is_named_with_what_to_do() {
        KubernetesApi api = new KubernetesApi(URI.create("http://127.0.0.1:9"), directory, LIMIT);
        assertThatThrownBy(() -> get(api)).hasMessageContaining("automountServiceAccountToken: true");
    }

    @Test
    void the_service_leads_to_the_pod_of_the_leader_and_keeps_its_other_labels() throws Exception {
        try (KubernetesApiServer server = KubernetesApiServer.start()) {
            server.putService("shop", "sluice", Map.of("app", "sluice"));
            KubernetesApi api = new KubernetesApi(server.uri(), server.serviceAccount(directory, "shop"), LIMIT);
            new LeaderService(api, "shop", "sluice", "sluice-0").point();
            new LeaderService(api, "shop", "sluice", "sluice-1").point();
            assertThat(server.selector("shop", "sluice"))
                    .containsExactly(
                            Map.entry("app", "sluice"), Map.entry("statefulset.kubernetes.io/pod-name", "sluice-1"));
            assertThatThrownBy(() -> new LeaderService(api, "shop", "none", "sluice-1").point())
                    .hasMessageContaining("there is no Service");
        }
    }

    private static KubernetesApi.Answer get(KubernetesApi api) throws LeaseUnavailableException {
        return api.send("GET", LEASE, KubernetesApi.JSON, NullNode.getInstance());
    }

    /** A key of 127.0.0.1 with a certificate that it signed itself, which is written as the authority of a pod. */
    private SSLContext context(String alias, Path account) throws Exception {
        Files.createDirectories(account);
        Path store = directory.resolve(alias + ".p12");
        keytool(
                "-genkeypair",
                "-alias",
                alias,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + alias,
                "-ext",
                "SAN=IP:127.0.0.1",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit",
                "-storetype",
                "PKCS12");
        keytool(
                "-exportcert",
                "-rfc",
                "-alias",
                alias,
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit",
                "-file",
                account.resolve("ca.crt").toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, "changeit".toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, "changeit".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    private void keytool(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.txt").toFile())
                .start();
        assertThat(process.waitFor())
                .as(Files.readString(directory.resolve("keytool.txt")))
                .isZero();
    }
}
