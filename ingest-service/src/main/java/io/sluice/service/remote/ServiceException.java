package io.sluice.service.remote;

/** A service that does not answer, or answers no. */
public final class ServiceException extends RuntimeException {

    private final Kind kind;
    private final String hint;

    ServiceException(Kind kind, String message, String hint) {
        super(message);
        this.kind = kind;
        this.hint = hint;
    }

    /** What went wrong. */
    public enum Kind {
        /** Nothing answers. */
        UNREACHABLE,
        /** What answers does not prove to be the service, or does not take this caller's certificate. */
        UNTRUSTED,
        /** The answer is no. */
        REFUSED
    }

    /** The closed kind. */
    public Kind kind() {
        return kind;
    }

    /** What to do. */
    public String hint() {
        return hint;
    }
}
