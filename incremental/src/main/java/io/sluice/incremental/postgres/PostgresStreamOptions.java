package io.sluice.incremental.postgres;

import io.sluice.pipeline.source.PostgresEndpoint;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A PostgreSQL database and how far ahead its log is read.
 *
 * @param endpoint the database; the user needs REPLICATION
 * @param slotName the pipeline's replication slot, which exists: 1 to 63 of a-z, 0-9 and underscore
 * @param publicationName the pipeline's publication, which exists
 * @param bounds how much is held in memory
 * @param slotPatience how long a start waits for a slot that another connection still uses, such as one of this
 *     process that broke and that the server has not noticed yet
 * @param idleInterval how often the position moves on while the tables do not change, and how often the server hears
 *     from the stream at least; below the server's {@code wal_sender_timeout}. The first position after a start or a
 *     transaction comes at once
 * @param clock for the pace of chunks without changes
 */
public record PostgresStreamOptions(
        PostgresEndpoint endpoint,
        String slotName,
        String publicationName,
        StreamBounds bounds,
        Duration slotPatience,
        Duration idleInterval,
        Clock clock) {

    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");

    public PostgresStreamOptions {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(publicationName, "publicationName");
        Objects.requireNonNull(bounds, "bounds");
        Objects.requireNonNull(clock, "clock");
        if (!SLOT_NAME.matcher(slotName).matches()) {
            throw new IllegalArgumentException(
                    "A slot's name is 1 to 63 lower case letters, digits and underscores, got '" + slotName + "'");
        }
        if (idleInterval.isNegative() || idleInterval.isZero()) {
            throw new IllegalArgumentException("The idle interval is positive, got " + idleInterval);
        }
    }

    /**
     * Options with the defaults for all that is not named here: 5 s of patience with the slot, a quarter of a second between positions of
     * an idle source, {@link StreamBounds#defaults()}.
     */
    public static PostgresStreamOptions of(PostgresEndpoint endpoint, String slotName, String publicationName) {
        return new PostgresStreamOptions(
                endpoint,
                slotName,
                publicationName,
                StreamBounds.defaults(),
                Duration.ofSeconds(5),
                Duration.ofMillis(250),
                Clock.systemUTC());
    }

    /** The same with other bounds. */
    public PostgresStreamOptions withBounds(StreamBounds other) {
        return new PostgresStreamOptions(endpoint, slotName, publicationName, other, slotPatience, idleInterval, clock);
    }

    /** The same with another patience with a slot that is in use. */
    public PostgresStreamOptions withSlotPatience(Duration other) {
        return new PostgresStreamOptions(endpoint, slotName, publicationName, bounds, other, idleInterval, clock);
    }

    /** The same with another pace while the tables do not change. */
    PostgresStreamOptions withIdleInterval(Duration other) {
        return new PostgresStreamOptions(endpoint, slotName, publicationName, bounds, slotPatience, other, clock);
    }

    /** Where it connects to, for messages. */
    String target() {
        return endpoint.target();
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "PostgresStreamOptions[" + target() + ", slot=" + slotName + ", publication=" + publicationName + "]";
    }
}
