package io.sluice.lake.parquet;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.jspecify.annotations.Nullable;

/** What a failed read or write of a file means for the pipeline. */
public final class StorageFailures {

    private static final String[] REFUSALS = {
        "no space left",
        "not enough space",
        "disk full",
        "quota",
        "read-only file system",
        "permission denied",
        "access denied",
        "accessdenied",
        "status code: 403",
        "forbidden"
    };

    private StorageFailures() {}

    /**
     * The failure of a table's file: {@code INTERRUPTED} (the thread's flag is set again), {@code LAKE_REFUSED} for a
     * full or read-only disk, an exceeded quota or a missing privilege, otherwise {@code LAKE_UNAVAILABLE}. A
     * {@link PipelineException} is given back as it is.
     *
     * @param doing what failed, such as {@code "write file s3a://…"}
     */
    public static PipelineException of(TableId table, String doing, Throwable cause) {
        if (cause instanceof PipelineException known) {
            return known;
        }
        ErrorKind kind = ErrorKind.LAKE_UNAVAILABLE;
        String hint = "; it is tried again";
        for (Throwable at = cause; at != null; at = next(at)) {
            if (at instanceof InterruptedException
                    || at instanceof InterruptedIOException && !(at instanceof java.net.SocketTimeoutException)
                    || at instanceof ClosedByInterruptException) {
                Thread.currentThread().interrupt();
                return new PipelineException(
                        ErrorKind.INTERRUPTED, table, "Interrupted: could not " + doing + " of " + table, cause);
            }
            if (refuses(at)) {
                kind = ErrorKind.LAKE_REFUSED;
                hint = "; check free space, quota and privileges of the warehouse";
            }
        }
        return new PipelineException(
                kind, table, "Could not " + doing + " of " + table + ": " + said(cause) + hint, cause);
    }

    /** What a failure says, with its root's own words where Iceberg's wrapper keeps them to itself. */
    public static String said(Throwable failure) {
        Throwable root = failure;
        for (Throwable at = failure; at != null; at = next(at)) {
            root = at;
        }
        String message = String.valueOf(failure.getMessage());
        String reason = root.getMessage();
        return reason == null || message.contains(reason) ? message : message + ": " + reason;
    }

    private static @Nullable Throwable next(Throwable at) {
        Throwable cause = at.getCause();
        return cause == at ? null : cause;
    }

    private static boolean refuses(Throwable at) {
        if (at instanceof AccessDeniedException
                || at instanceof ForbiddenException
                || at instanceof NotAuthorizedException) {
            return true;
        }
        String text = at instanceof FileSystemException file ? file.getReason() : at.getMessage();
        if (text == null || !(at instanceof IOException || at instanceof RuntimeException)) {
            return false;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        for (String refusal : REFUSALS) {
            if (lower.contains(refusal)) {
                return true;
            }
        }
        return false;
    }
}
