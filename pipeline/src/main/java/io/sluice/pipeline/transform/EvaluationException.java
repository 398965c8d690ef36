package io.sluice.pipeline.transform;

/**
 * An expression failed on a value. The message gives the reason, never the value; the transform adds table and column.
 */
final class EvaluationException extends RuntimeException {

    EvaluationException(String reason) {
        super(reason, null, false, false);
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
