package io.sluice.snapshot.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.EncryptionErrors;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns what the driver throws into the pipeline's kinds, by SQLSTATE. */
final class SqlErrors {

    static final String INSUFFICIENT_PRIVILEGE = "42501";
    static final String OBJECT_IN_USE = "55006";
    static final String UNDEFINED_OBJECT = "42704";
    static final String DUPLICATE_OBJECT = "42710";
    private static final String UNDEFINED_TABLE = "42P01";
    private static final String UNDEFINED_COLUMN = "42703";
    private static final String UNDEFINED_SCHEMA = "3F000";
    private static final String WRONG_PASSWORD = "28P01";
    private static final String UNKNOWN_DATABASE = "3D000";

    /** Deadlock, lock or statement given up, snapshot's owner gone: the next attempt may go well. */
    private static final Set<String> PASSING = Set.of("40001", "40P01", "55P03", "57014", "25P03", "57P05");

    private SqlErrors() {}

    /**
     * The failure of {@code doing}, such as {@code "reading the catalog"}. An interrupt of this thread, which closes the
     * connection, comes out as {@code INTERRUPTED}.
     */
    static PipelineException translate(SQLException failure, String doing, @Nullable TableId table) {
        if (Thread.currentThread().isInterrupted()) {
            return PipelineException.interrupted(doing);
        }
        String state = state(failure);
        String said = said(failure);
        if (table != null
                && (state.equals(UNDEFINED_TABLE)
                        || state.equals(UNDEFINED_COLUMN)
                        || state.equals(UNDEFINED_SCHEMA))) {
            return new PipelineException(
                    ErrorKind.SCHEMA_CHANGED,
                    table,
                    "Table " + table + " is no longer as it was when the pipeline began: " + said + " (while " + doing
                            + "). Snapshot the table again.",
                    failure);
        }
        if (isUnavailable(state)) {
            return new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    table,
                    "The connection to Postgres was lost or refused while " + doing + ": " + said,
                    failure);
        }
        if (state.startsWith("22") || state.startsWith("23")) {
            // What the server says about data repeats the data.
            return new PipelineException(
                    ErrorKind.SOURCE_REFUSED,
                    table,
                    "Postgres could not work with a value while " + doing + " (SQLSTATE " + state + ")",
                    null);
        }
        return new PipelineException(
                ErrorKind.SOURCE_REFUSED,
                table,
                "Postgres refused " + doing + ": " + said + " (SQLSTATE " + state + ")",
                failure);
    }

    /** The failure of an attempt to connect. */
    static PipelineException connecting(SQLException failure, PostgresOptions options) {
        if (Thread.currentThread().isInterrupted()) {
            return PipelineException.interrupted("connecting to Postgres at " + options.target());
        }
        Optional<PipelineException> encryption = EncryptionErrors.of(failure, options.endpoint());
        if (encryption.isPresent()) {
            return encryption.get();
        }
        String state = state(failure);
        String message;
        ErrorKind kind = ErrorKind.SOURCE_REFUSED;
        if (state.equals(WRONG_PASSWORD)) {
            message = "Postgres at " + options.target() + " does not accept the password. Check 'username' and"
                    + " 'password' of the source.";
        } else if (state.equals(UNKNOWN_DATABASE)) {
            message = "Postgres at " + options.target() + " has no such database. Check 'database-name' of the source.";
        } else if (state.startsWith("28")) {
            message = "Postgres at " + options.target() + " does not let this user in: " + said(failure)
                    + ". Check 'username', 'ssl-mode' and 'ssl-cert' of the source and the server's pg_hba.conf (replication"
                    + " connections to a database match its ordinary entries).";
        } else if (isUnavailable(state)) {
            kind = ErrorKind.SOURCE_UNAVAILABLE;
            message = "Postgres at " + options.target() + " cannot be reached: "
                    + said(failure).replaceFirst("\\.$", "")
                    + ". Check 'hostname' and 'port' of the source and that the server runs and accepts connections.";
        } else {
            message = "Postgres at " + options.target() + " refused the connection: " + said(failure) + " (SQLSTATE "
                    + state + ")";
        }
        return new PipelineException(kind, message, failure);
    }

    static String state(SQLException failure) {
        return Objects.requireNonNullElse(failure.getSQLState(), "");
    }

    /** The server's own sentence without detail and context, which may hold values. */
    static String said(SQLException failure) {
        if (failure instanceof PSQLException fromServer) {
            ServerErrorMessage message = fromServer.getServerErrorMessage();
            if (message != null && message.getMessage() != null) {
                return Objects.requireNonNull(message.getMessage());
            }
        }
        return Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
    }

    private static boolean isUnavailable(String state) {
        return state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57P")
                || state.startsWith("58")
                || PASSING.contains(state);
    }
}
