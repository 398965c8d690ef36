package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import java.time.Duration;
import java.util.Optional;

/**
 * The one place that says what each kind of failure means for a pipeline: whether it is tried again, after how long,
 * and what the operator can do.
 *
 * @param firstDelay before the first retry; doubled for each further one
 * @param maxDelay the longest wait between two attempts
 */
public record ErrorPolicy(Duration firstDelay, Duration maxDelay) {

    private static final int MAX_DOUBLINGS = 20;

    /**
     * For so long after an outage the source is given time to answer yes again: its slot stays in use until the server
     * notices that the old connection is gone, which takes it {@code wal_sender_timeout}, a minute by default.
     */
    private static final Duration SOURCE_RECOVERS_WITHIN = Duration.ofMinutes(2);

    /** One second, doubled up to one minute. */
    public static ErrorPolicy standard() {
        return new ErrorPolicy(Duration.ofSeconds(1), Duration.ofMinutes(1));
    }

    /**
     * How long to wait before attempt number {@code attempt} (from 1), or empty when the failure does not pass.
     *
     * @param sinceOutage how long ago the source could last not be reached, since the last cut; empty when it could
     */
    Optional<Duration> retryAfter(ErrorKind kind, int attempt, Optional<Duration> sinceOutage) {
        return switch (kind) {
            // With a lost stream the next attempt takes the way back.
            case SOURCE_UNAVAILABLE, LAKE_UNAVAILABLE, SOURCE_LOST -> Optional.of(delay(attempt));
            case SOURCE_REFUSED ->
                sinceOutage
                        .filter(since -> since.compareTo(SOURCE_RECOVERS_WITHIN) < 0)
                        .map(since -> delay(attempt));
            case CONFIGURATION,
                    SCHEMA_CHANGED,
                    DATA_REFUSED,
                    LAKE_REFUSED,
                    LAKE_CONFLICT,
                    FENCED,
                    INTERRUPTED,
                    INTERNAL -> Optional.empty();
        };
    }

    private Duration delay(int attempt) {
        Duration delay = firstDelay.multipliedBy(1L << Math.min(attempt - 1, MAX_DOUBLINGS));
        return delay.compareTo(maxDelay) > 0 ? maxDelay : delay;
    }

    /** What the operator can do about a failure of this kind, beside what the message itself says. */
    public static String hint(ErrorKind kind) {
        return switch (kind) {
            case CONFIGURATION -> "Correct the pipeline's file; 'sluice plan' shows everything that is wrong with it.";
            case SOURCE_UNAVAILABLE ->
                "Check the database's address and that it is up. Nothing is lost: the source keeps "
                        + "its log, and the pipeline goes on where it was.";
            case SOURCE_REFUSED -> "Grant or set what the message names, then start the pipeline again.";
            case SOURCE_LOST ->
                "The change stream has a gap, so the tables must be read again, which the pipeline does by itself. With "
                        + "'on-lost-slot: fail' it does not: set that to 'resnapshot' and start it, or drop its lake "
                        + "tables.";
            case SCHEMA_CHANGED ->
                "Have the table loaded anew (POST …/tables/{table}/resnapshot), or drop it in the lake and start the"
                        + " pipeline again.";
            case DATA_REFUSED ->
                "Nothing was changed in the lake. Leave the column out with a projection, or change its "
                        + "type or value at the source.";
            case LAKE_UNAVAILABLE -> "Check the catalog and the storage. Nothing is lost: the source keeps its log.";
            case LAKE_REFUSED ->
                "Correct what the message names, such as privileges, free space or the table that is written to, "
                        + "then start the pipeline again; an unfinished cut was given up whole and is read again.";
            case LAKE_CONFLICT ->
                "Something else changed the lake table. Undo that, or drop the table to have it read " + "again.";
            case FENCED ->
                "Another process runs this pipeline now, and this one has ended its part: nothing is lost or doubled. Make sure that only one is started.";
            case INTERRUPTED -> "The process was asked to end. Start the pipeline again; nothing is lost.";
            case INTERNAL -> "This is a defect of Sluice; please report it with the log. Nothing wrong was published.";
        };
    }
}
