package io.sluice.snapshot.postgres;

/** A value without a lossless place; the message says what it is and never the value. Caught where the column is known. */
final class ValueRefusedException extends RuntimeException {

    private final String reason;

    ValueRefusedException(String reason) {
        super(reason, null, false, false);
        this.reason = reason;
    }

    /** What the value is, as the end of a sentence that begins with its column. */
    String reason() {
        return reason;
    }
}
