package io.sluice.pipeline.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the driver throws when the server closes the connection depends on how far the client had come. */
class EncryptionErrorsTest {

    private static final PostgresEndpoint ENDPOINT = PostgresEndpoint.of("db", 5432, "shop", "ingest", () -> "")
            .withEncryption(new PostgresEndpoint.Encryption(
                    "verify-full",
                    Optional.of(Path.of("root.crt")),
                    Optional.of(Path.of("client.crt")),
                    Optional.of(Path.of("client.key"))));

    private static Optional<PipelineException> told(String state, IOException cause) {
        return EncryptionErrors.of(new SQLException("The connection attempt failed.", state, cause), ENDPOINT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"08001", "08006"})
    void a_connection_that_the_server_closed_names_the_certificate_as_a_possible_reason(String state) {
        PipelineException failure =
                told(state, new SocketException("Connection reset by peer")).orElseThrow();

        assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        assertThat(failure).hasMessageContaining("does not accept the certificate of 'ssl-cert'");
    }

    /** JDKs have told of alerts in both ways. */
    @ParameterizedTest
    @ValueSource(strings = {"Received fatal alert: unknown_ca", "(unknown_ca) Received fatal alert: unknown_ca"})
    void an_alert_of_the_server_is_a_refusal_of_the_certificate(String alert) {
        PipelineException failure =
                told("08001", new SSLHandshakeException(alert)).orElseThrow();

        assertThat(failure.kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        assertThat(failure).hasMessageContaining("does not accept the certificate of 'ssl-cert'");
    }

    @Test
    void a_server_that_was_never_reached_says_nothing_of_certificates() {
        assertThat(told("08001", new ConnectException("Connection refused"))).isEmpty();
    }
}
