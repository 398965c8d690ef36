package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.service.packaged.PackagedSluice;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.tls.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged service with a certificate, asked by a client of its own and by the command line. */
class ApiEncryptionIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @TempDir
    Path directory;

    @Test
    void an_encrypted_api_is_asked_by_https_alone_and_takes_over_a_new_certificate() throws Exception {
        TestAuthority authority = TestAuthority.in(directory.resolve("authority"));
        TestAuthority.Identity first = authority.issue("first", "dns:localhost", "ip:127.0.0.1");
        TestAuthority.Identity second = authority.issue("second", "dns:localhost", "ip:127.0.0.1");
        Path certificate = Files.copy(first.certificate(), directory.resolve("tls.crt"));
        Path key = Files.copy(first.key(), directory.resolve("tls.key"));
        try (ChildProcess service = service(
                "-Dsluice.api.tls.cert=" + certificate,
                "-Dsluice.api.tls.key=" + key,
                "-Dsluice.api.tls.reload-period=1s")) {
            String url = url(service);
            assertThat(url).startsWith("https://127.0.0.1:");
            SSLContext trusting = authority.context("first");

            assertThat(get(url + "/q/health/live", trusting).statusCode()).isEqualTo(200);
            assertThat(get(url + "/api/v1/pipelines", trusting).body()).isEqualTo("[]");
            assertThatThrownBy(() -> get(url.replace("https:", "http:") + "/q/health/live", trusting))
                    .isInstanceOf(IOException.class);

            String ca = authority.certificate().toString();
            assertThat(status(url, "--ca", ca)).extracting(Invocation::exitCode).isEqualTo(0);
            TestAuthority stranger = TestAuthority.in(directory.resolve("stranger"));
            Invocation wrong = status(url, "--ca", stranger.certificate().toString());
            assertThat(wrong.exitCode()).as(wrong.err()).isEqualTo(5);
            assertThat(wrong.err()).contains("no encrypted connection", url, "hint: ", "--ca");
            assertThat(status(url).exitCode()).isEqualTo(5);
            assertThat(status(url.replace("https:", "http:"), "--ca", ca).exitCode())
                    .isEqualTo(4);
            Invocation nowhere =
                    status(url, "--ca", directory.resolve("nowhere").toString());
            assertThat(nowhere.exitCode()).isEqualTo(2);
            assertThat(nowhere.err()).contains("nowhere", "cannot be read");

            Files.copy(second.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
            Files.copy(second.key(), key, StandardCopyOption.REPLACE_EXISTING);
            // Between the two copies the service may have read a certificate with the other one's key.
            Awaitility.await()
                    .atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> shown(get(url + "/q/health/live", authority.context("first"))), "CN=second"::equals);
        }
    }

    @Test
    void with_an_authority_for_callers_only_those_with_a_certificate_of_it_are_let_in() throws Exception {
        TestAuthority authority = TestAuthority.in(directory.resolve("authority"));
        TestAuthority.Identity server = authority.issue("server", "ip:127.0.0.1");
        TestAuthority.Identity caller = authority.issue("caller");
        TestAuthority stranger = TestAuthority.in(directory.resolve("stranger"));
        TestAuthority.Identity strange = stranger.issue("caller");
        try (ChildProcess service = service(
                "-Dsluice.api.tls.cert=" + server.certificate(),
                "-Dsluice.api.tls.key=" + server.key(),
                "-Dsluice.api.tls.client-ca=" + authority.certificate())) {
            String url = url(service);
            String ca = authority.certificate().toString();

            Invocation known =
                    status(url, "--ca", ca, "--cert", text(caller.certificate()), "--key", text(caller.key()));
            assertThat(known.exitCode()).as(known.err()).isZero();
            Invocation nobody = status(url, "--ca", ca);
            assertThat(nobody.exitCode()).as(nobody.err()).isEqualTo(5);
            Invocation unknown =
                    status(url, "--ca", ca, "--cert", text(strange.certificate()), "--key", text(strange.key()));
            assertThat(unknown.exitCode()).as(unknown.err()).isEqualTo(5);
            assertThat(status(url, "--ca", ca, "--cert", text(caller.certificate()))
                            .exitCode())
                    .isEqualTo(2);
        }
    }

    private ChildProcess service(String... settings) {
        return PackagedSluice.in(directory, settings)
                .arguments("run", "--definitions", text(directory.resolve("kept")), "--port", "0", "--plain")
                .start();
    }

    private static String url(ChildProcess service) {
        return service.awaitLine("API +(http\\S+)/api/v1/pipelines", LIMIT).group(1);
    }

    private static Invocation status(String url, String... more) {
        List<String> arguments = new ArrayList<>(List.of("status", "--url", url));
        arguments.addAll(List.of(more));
        return Invocation.of(arguments.toArray(String[]::new));
    }

    private static HttpResponse<String> get(String url, SSLContext trusting) throws IOException, InterruptedException {
        return HttpClient.newBuilder()
                .sslContext(trusting)
                .build()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String shown(HttpResponse<String> answer) throws IOException {
        X509Certificate own =
                (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
        return own.getSubjectX500Principal().getName();
    }

    private static String text(Path file) {
        return file.toString();
    }
}
