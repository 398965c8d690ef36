package io.sluice.snapshot.postgres;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * How to reach a PostgreSQL database and what a pipeline reads there.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param database the database that holds the tables
 * @param username who connects; needs REPLICATION, SELECT on the tables, and either ownership of them with CREATE on the
 *     database or a publication that exists already
 * @param password asked for at every connection, so that a password that changes is picked up; gives an empty text
 *     where the server wants none. Never printed
 * @param sslMode libpq's word: disable, allow, prefer, require, verify-ca or verify-full
 * @param sslRootCert a PEM file with the authorities to trust, for verify-ca and verify-full
 * @param slotName the pipeline's replication slot: 1 to 63 of a-z, 0-9 and underscore
 * @param publicationName the pipeline's publication, 1 to 63 bytes
 * @param tables the tables to read
 * @param excludes tables to leave out of {@code tables}
 * @param connectTimeout how long one attempt to connect may take, rounded up to seconds
 * @param silenceTimeout how long the server may stay silent in the middle of reading before the connection counts as
 *     broken; waiting for the slot, which ends only with the longest transaction, is not bounded by it
 * @param reading how snapshots are cut
 */
public record PostgresOptions(
        String host,
        int port,
        String database,
        String username,
        Supplier<String> password,
        String sslMode,
        Optional<Path> sslRootCert,
        String slotName,
        String publicationName,
        List<TablePattern> tables,
        List<TablePattern> excludes,
        Duration connectTimeout,
        Duration silenceTimeout,
        ReadSettings reading) {

    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");
    private static final int MAX_PORT = 65_535;

    public PostgresOptions {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(username, "username");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(sslMode, "sslMode");
        Objects.requireNonNull(sslRootCert, "sslRootCert");
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        Objects.requireNonNull(silenceTimeout, "silenceTimeout");
        Objects.requireNonNull(reading, "reading");
        tables = List.copyOf(tables);
        excludes = List.copyOf(excludes);
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("A port is 1 to " + MAX_PORT + ", got " + port);
        }
        if (!SLOT_NAME.matcher(slotName).matches()) {
            throw new IllegalArgumentException(
                    "A slot's name is 1 to 63 lower case letters, digits and underscores, got '" + slotName + "'");
        }
        if (publicationName.isEmpty()) {
            throw new IllegalArgumentException("A publication needs a name");
        }
    }

    /** Options with the defaults for all that is not named here: ssl preferred, 10 s to connect, 5 min of silence. */
    public static PostgresOptions of(
            String host,
            int port,
            String database,
            String username,
            Supplier<String> password,
            String slotName,
            String publicationName,
            List<TablePattern> tables) {
        return new PostgresOptions(
                host,
                port,
                database,
                username,
                password,
                "prefer",
                Optional.empty(),
                slotName,
                publicationName,
                tables,
                List.of(),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                ReadSettings.defaults());
    }

    /** The same with other settings of reading. */
    public PostgresOptions withReading(ReadSettings other) {
        return new PostgresOptions(
                host,
                port,
                database,
                username,
                password,
                sslMode,
                sslRootCert,
                slotName,
                publicationName,
                tables,
                excludes,
                connectTimeout,
                silenceTimeout,
                other);
    }

    /** Where it connects to, for messages. */
    String target() {
        return host + ":" + port + "/" + database + " as user '" + username + "'";
    }

    boolean selects(String schema, String table) {
        return tables.stream().anyMatch(pattern -> pattern.matches(schema, table)) && !excludes(schema, table);
    }

    boolean excludes(String schema, String table) {
        return excludes.stream().anyMatch(pattern -> pattern.matches(schema, table));
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "PostgresOptions[" + target() + ", slot=" + slotName + ", publication=" + publicationName + "]";
    }
}
