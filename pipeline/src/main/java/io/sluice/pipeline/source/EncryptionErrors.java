package io.sluice.pipeline.source;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Tells what PostgreSQL's driver throws when one side does not accept how the other proves itself, which does not pass,
 * from a connection that broke, which does: the driver gives both the same SQLSTATE.
 */
public final class EncryptionErrors {

    private static final int MAX_CAUSES = 20;

    /** Its class, in a sentence that the driver translates. */
    private static final String HOST_NAME = "HostnameVerifier";

    private static final String REJECTED = "08004";

    /** A connection that failed while it was being made, for whatever reason. */
    private static final String MAKING = "08006";

    /** A server that was not reached, or closed the connection while the client was still writing. */
    private static final String REACHING = "08001";

    private static final String ALERT = "Received fatal alert";

    private EncryptionErrors() {}

    /** The failure as what it is, when encryption is what it is about. */
    public static Optional<PipelineException> of(SQLException failure, PostgresEndpoint endpoint) {
        String message = String.valueOf(failure.getMessage());
        String mode = endpoint.encryption().mode();
        if (message.contains(HOST_NAME)) {
            return Optional.of(refused(
                    "The certificate that Postgres at " + endpoint.target() + " shows is not one for the host '"
                            + endpoint.host() + "', which ssl-mode " + mode
                            + " asks for. Check 'hostname' of the source, or let the server have a certificate with that name.",
                    failure));
        }
        if (REJECTED.equals(failure.getSQLState()) && message.contains("SSL")) {
            return Optional.of(refused(
                    "Postgres at " + endpoint.target() + " offers no encryption, which ssl-mode " + mode
                            + " asks for. Set 'ssl = on' at the server.",
                    failure));
        }
        for (Optional<Path> file : List.of(
                endpoint.encryption().rootCert(),
                endpoint.encryption().cert(),
                endpoint.encryption().key())) {
            if (file.isPresent() && message.contains(file.get().toString())) {
                return Optional.of(unusable(message, endpoint, failure));
            }
        }
        boolean broken = false;
        boolean closed = false;
        @Nullable Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof FileNotFoundException || cause instanceof FileSystemException) {
                return Optional.of(unusable(cause.getMessage() + " cannot be read", endpoint, failure));
            }
            if (cause instanceof SSLException
                    && String.valueOf(cause.getMessage()).contains(ALERT)) {
                return Optional.of(refused(
                        "Postgres at " + endpoint.target() + " does not accept the certificate of 'ssl-cert': "
                                + cause.getMessage()
                                + ". It must be signed by an authority of the server's ssl_ca_file.",
                        failure));
            }
            if (cause instanceof GeneralSecurityException) {
                return Optional.of(refused(
                        "The encrypted connection to Postgres at " + endpoint.target()
                                + " is not trustworthy as ssl-mode " + mode + " asks for: " + innermost(cause)
                                + ". Check 'ssl-root-cert', 'ssl-cert' and 'ssl-key' of the source.",
                        failure));
            }
            broken |= cause instanceof IOException;
            // Its subclasses say that the server was not reached.
            closed |= cause.getClass() == SocketException.class;
        }
        boolean making = MAKING.equals(failure.getSQLState());
        if (!making && !(closed && REACHING.equals(failure.getSQLState()))) {
            return Optional.empty();
        }
        if (!broken) {
            return Optional.of(unusable(message, endpoint, failure));
        }
        if (endpoint.encryption().cert().isPresent()) {
            // The alert that tells so is lost when the server closes the connection faster than it is read.
            return Optional.of(new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "Postgres at " + endpoint.target() + " broke the encrypted connection while it was being made: "
                            + message
                            + ". The network may have failed, or the server does not accept the certificate of"
                            + " 'ssl-cert'; the server's log tells.",
                    failure));
        }
        return Optional.empty();
    }

    private static PipelineException unusable(String reason, PostgresEndpoint endpoint, SQLException failure) {
        return refused(
                "The encrypted connection to Postgres at " + endpoint.target() + " cannot be made: "
                        + (reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason)
                        + ". Check 'ssl-root-cert', 'ssl-cert' and 'ssl-key' of the source.",
                failure);
    }

    private static PipelineException refused(String message, SQLException failure) {
        return new PipelineException(ErrorKind.SOURCE_REFUSED, message, failure);
    }

    private static String innermost(Throwable failure) {
        Throwable last = failure;
        for (int i = 0; last.getCause() != null && i < MAX_CAUSES; i++) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
    }
}
