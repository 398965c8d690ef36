package io.sluice.incremental.postgres;

/** A value that has no lossless place; the message says why without repeating the value. */
final class UnreadableValueException extends RuntimeException {

    UnreadableValueException(String why) {
        super(why, null, false, false);
    }
}
