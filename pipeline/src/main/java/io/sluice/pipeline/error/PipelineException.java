package io.sluice.pipeline.error;

import io.sluice.pipeline.schema.TableId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure with its {@link ErrorKind}. The message names the table, the position where there is one, what was expected
 * and what was found, and what to do; never a row's values and never a secret.
 */
public final class PipelineException extends RuntimeException {

    private final ErrorKind kind;
    private final @Nullable TableId table;

    /** A failure that is not one table's. */
    public PipelineException(ErrorKind kind, String message) {
        this(kind, null, message, null);
    }

    /** A failure that is not one table's, with what caused it. */
    public PipelineException(ErrorKind kind, String message, Throwable cause) {
        this(kind, null, message, cause);
    }

    /** A failure of one table; the message names it. */
    public PipelineException(ErrorKind kind, @Nullable TableId table, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.table = table;
    }

    /**
     * The failure that an interrupt of this thread becomes; sets the thread's interrupt flag again.
     *
     * @param doing what was interrupted, such as {@code "reading chunk 3 of public.orders"}
     */
    public static PipelineException interrupted(String doing) {
        Thread.currentThread().interrupt();
        return new PipelineException(ErrorKind.INTERRUPTED, "Interrupted while " + doing);
    }

    /** Why it failed. */
    public ErrorKind kind() {
        return kind;
    }

    /** The table that failed, where it was one table: the source's name for source kinds, the lake's for lake kinds. */
    public Optional<TableId> table() {
        return Optional.ofNullable(table);
    }
}
