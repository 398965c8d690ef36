package io.sluice.incremental.postgres;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.source.EncryptionErrors;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Turns what the driver and the engine throw into the pipeline's kinds, by the cause that knows most. */
final class SourceErrors {

    private static final int MAX_CAUSES = 20;
    private static final String OBJECT_IN_USE = "55006";
    private static final String UNDEFINED_OBJECT = "42704";
    private static final String NOT_IN_PREREQUISITE_STATE = "55000";
    private static final String UNDEFINED_FILE = "58P01";
    private static final String CONFIGURATION_LIMIT = "53400";

    /** What the engine says when the connection that it tries its settings with fails; the cause is lost. */
    private static final String ENGINE_CANNOT_CONNECT = "Error while validating connector config";

    /** What the engine says when the slot went away after it was looked at. */
    private static final String ENGINE_MISSES_LOG = "no longer available on the server";

    private SourceErrors() {}

    static PipelineException translate(Throwable failure, PostgresStreamOptions options) {
        IOException broken = null;
        @Nullable Throwable cause = failure;
        for (int i = 0; cause != null && i < MAX_CAUSES; i++, cause = cause.getCause()) {
            if (cause instanceof PipelineException known) {
                return known;
            }
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return translate(sql, options);
            }
            if (cause instanceof IOException io) {
                broken = io;
            }
        }
        if (broken == null && message(failure).contains(ENGINE_MISSES_LOG)) {
            return new PipelineException(
                    ErrorKind.SOURCE_LOST,
                    "The replication slot '" + options.slotName() + "' or the log that it kept is gone from "
                            + options.target() + ". Snapshot the tables again.",
                    failure);
        }
        if (broken == null && message(failure).contains(ENGINE_CANNOT_CONNECT)) {
            // The settings are always the same and a connection was made just before: the server has gone since.
            broken = new IOException(message(failure));
        }
        if (broken != null) {
            return new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "The connection to Postgres at " + options.target() + " broke: " + message(broken),
                    failure);
        }
        return new PipelineException(
                ErrorKind.INTERNAL,
                "Reading the log of Postgres at " + options.target() + " failed: " + message(failure),
                failure);
    }

    private static PipelineException translate(SQLException failure, PostgresStreamOptions options) {
        Optional<PipelineException> encryption = EncryptionErrors.of(failure, options.endpoint());
        if (encryption.isPresent()) {
            return encryption.get();
        }
        String state = Objects.requireNonNullElse(failure.getSQLState(), "");
        String said = said(failure);
        String slot = "replication slot '" + options.slotName() + "'";
        if (state.equals(OBJECT_IN_USE)) {
            // It was free a moment ago; the next attempt finds out whose it is.
            return new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "The " + slot + " was taken just before the stream began: " + said + ". It is waited for.",
                    failure);
        }
        if (state.equals(UNDEFINED_OBJECT)
                || state.equals(NOT_IN_PREREQUISITE_STATE)
                || state.equals(UNDEFINED_FILE) && said.contains("WAL segment")) {
            return new PipelineException(
                    ErrorKind.SOURCE_LOST,
                    "The " + slot + " can no longer be read: " + said + ". Snapshot the tables again.",
                    failure);
        }
        if (state.startsWith("28") || state.startsWith("42") || state.startsWith("3D")) {
            return new PipelineException(
                    ErrorKind.SOURCE_REFUSED,
                    "Postgres at " + options.target() + " refuses the change stream: " + said
                            + ". Check the user, its password and its REPLICATION privilege.",
                    failure);
        }
        if (state.equals(CONFIGURATION_LIMIT)) {
            return new PipelineException(
                    ErrorKind.SOURCE_REFUSED,
                    "Postgres at " + options.target() + " refuses the change stream: " + said
                            + ". Raise the server's max_wal_senders.",
                    failure);
        }
        if (state.startsWith("08") || state.startsWith("57P") || state.startsWith("53") || state.startsWith("58")) {
            return new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "Postgres at " + options.target() + " cannot be reached or broke the connection: " + said,
                    failure);
        }
        return new PipelineException(
                ErrorKind.SOURCE_REFUSED,
                "Postgres at " + options.target() + " refuses the change stream: " + said + " (SQLSTATE " + state + ")",
                failure);
    }

    /** The server's own sentence without detail and context, which may hold values. */
    private static String said(SQLException failure) {
        if (failure instanceof PSQLException fromServer) {
            ServerErrorMessage message = fromServer.getServerErrorMessage();
            if (message != null && message.getMessage() != null) {
                return message.getMessage();
            }
        }
        return message(failure);
    }

    private static String message(Throwable failure) {
        return Objects.requireNonNullElse(
                failure.getMessage(), failure.getClass().getSimpleName());
    }
}
