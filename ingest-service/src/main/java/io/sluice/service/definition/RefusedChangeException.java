package io.sluice.service.definition;

/** A change of a definition that is not made; everything is as it was. */
public final class RefusedChangeException extends RuntimeException {

    private final Reason reason;

    RefusedChangeException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /** Why a change is refused. */
    public enum Reason {
        /** There is no pipeline of that name. */
        UNKNOWN,
        /** There is a pipeline of that name already. */
        EXISTS,
        /** Its definition is not the one that the request was made for. */
        OUTDATED,
        /** A file is its definition. */
        DEFINED_BY_FILE,
        /** The name in the text is another one. */
        OTHER_NAME,
        /** There are as many pipelines as there may be. */
        TOO_MANY,
        /** The process keeps no definitions of the API. */
        NOT_KEPT
    }

    /** The closed reason. */
    public Reason reason() {
        return reason;
    }
}
