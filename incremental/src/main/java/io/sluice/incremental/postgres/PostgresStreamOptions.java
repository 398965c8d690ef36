package io.sluice.incremental.postgres;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * How to reach a PostgreSQL database and how far ahead its log is read.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param database the database that holds the tables
 * @param username who connects; needs REPLICATION
 * @param password asked for at every start, so that a password that changes is picked up; gives an empty text where the
 *     server wants none. Never printed
 * @param sslMode libpq's word: disable, allow, prefer, require, verify-ca or verify-full
 * @param sslRootCert a PEM file with the authorities to trust, for verify-ca and verify-full
 * @param slotName the pipeline's replication slot, which exists: 1 to 63 of a-z, 0-9 and underscore
 * @param publicationName the pipeline's publication, which exists
 * @param bounds how much is held in memory
 * @param connectTimeout how long one attempt to connect may take, rounded up to seconds
 * @param slotPatience how long a start waits for a slot that another connection still uses, such as one of this
 *     process that broke and that the server has not noticed yet
 * @param idleInterval how often the position moves on while the tables do not change, and how often the server hears
 *     from the stream at least; below the server's {@code wal_sender_timeout}
 * @param clock for the pace of chunks without changes
 */
public record PostgresStreamOptions(
        String host,
        int port,
        String database,
        String username,
        Supplier<String> password,
        String sslMode,
        Optional<Path> sslRootCert,
        String slotName,
        String publicationName,
        StreamBounds bounds,
        Duration connectTimeout,
        Duration slotPatience,
        Duration idleInterval,
        Clock clock) {

    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");
    private static final int MAX_PORT = 65_535;

    public PostgresStreamOptions {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(username, "username");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(sslMode, "sslMode");
        Objects.requireNonNull(sslRootCert, "sslRootCert");
        Objects.requireNonNull(publicationName, "publicationName");
        Objects.requireNonNull(bounds, "bounds");
        Objects.requireNonNull(clock, "clock");
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("A port is 1 to " + MAX_PORT + ", got " + port);
        }
        if (!SLOT_NAME.matcher(slotName).matches()) {
            throw new IllegalArgumentException(
                    "A slot's name is 1 to 63 lower case letters, digits and underscores, got '" + slotName + "'");
        }
        if (idleInterval.isNegative() || idleInterval.isZero()) {
            throw new IllegalArgumentException("The idle interval is positive, got " + idleInterval);
        }
    }

    /**
     * Options with the defaults for all that is not named here: ssl preferred, 10 s to connect, 5 s of patience with the
     * slot, a second between positions of an idle source, {@link StreamBounds#defaults()}.
     */
    public static PostgresStreamOptions of(
            String host,
            int port,
            String database,
            String username,
            Supplier<String> password,
            String slotName,
            String publicationName) {
        return new PostgresStreamOptions(
                host,
                port,
                database,
                username,
                password,
                "prefer",
                Optional.empty(),
                slotName,
                publicationName,
                StreamBounds.defaults(),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Clock.systemUTC());
    }

    /** The same with other bounds. */
    public PostgresStreamOptions withBounds(StreamBounds other) {
        return new PostgresStreamOptions(
                host,
                port,
                database,
                username,
                password,
                sslMode,
                sslRootCert,
                slotName,
                publicationName,
                other,
                connectTimeout,
                slotPatience,
                idleInterval,
                clock);
    }

    /** The same with another patience with a slot that is in use. */
    public PostgresStreamOptions withSlotPatience(Duration other) {
        return new PostgresStreamOptions(
                host,
                port,
                database,
                username,
                password,
                sslMode,
                sslRootCert,
                slotName,
                publicationName,
                bounds,
                connectTimeout,
                other,
                idleInterval,
                clock);
    }

    /** The same with another transport security. */
    public PostgresStreamOptions withSsl(String mode, Optional<Path> rootCert) {
        return new PostgresStreamOptions(
                host,
                port,
                database,
                username,
                password,
                mode,
                rootCert,
                slotName,
                publicationName,
                bounds,
                connectTimeout,
                slotPatience,
                idleInterval,
                clock);
    }

    /** Where it connects to, for messages. */
    String target() {
        return host + ":" + port + "/" + database + " as user '" + username + "'";
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "PostgresStreamOptions[" + target() + ", slot=" + slotName + ", publication=" + publicationName + "]";
    }
}
