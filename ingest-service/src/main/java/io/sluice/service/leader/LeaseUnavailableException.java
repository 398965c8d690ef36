package io.sluice.service.leader;

/** The Lease could not be read or written, or nobody knows whether it was; the same may work later. */
final class LeaseUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    LeaseUnavailableException(String message) {
        super(message);
    }

    LeaseUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
