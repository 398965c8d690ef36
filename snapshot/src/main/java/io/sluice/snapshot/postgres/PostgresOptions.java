package io.sluice.snapshot.postgres;

import io.sluice.pipeline.source.PostgresEndpoint;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * A PostgreSQL database and what a pipeline reads there.
 *
 * @param endpoint the database; the user needs REPLICATION, SELECT on the tables, and either ownership of them with CREATE
 *     on the database or a publication that exists already
 * @param slotName the pipeline's replication slot: 1 to 63 of a-z, 0-9 and underscore
 * @param publicationName the pipeline's publication, 1 to 63 bytes
 * @param tables the tables to read
 * @param excludes tables to leave out of {@code tables}
 * @param silenceTimeout how long the server may stay silent in the middle of reading before the connection counts as
 *     broken; waiting for the slot, which ends only with the longest transaction, is not bounded by it
 * @param reading how snapshots are cut
 */
public record PostgresOptions(
        PostgresEndpoint endpoint,
        String slotName,
        String publicationName,
        List<TablePattern> tables,
        List<TablePattern> excludes,
        Duration silenceTimeout,
        ReadSettings reading) {

    private static final Pattern SLOT_NAME = Pattern.compile("[a-z0-9_]{1,63}");

    public PostgresOptions {
        Objects.requireNonNull(endpoint, "endpoint");
        Objects.requireNonNull(silenceTimeout, "silenceTimeout");
        Objects.requireNonNull(reading, "reading");
        tables = List.copyOf(tables);
        excludes = List.copyOf(excludes);
        if (!SLOT_NAME.matcher(slotName).matches()) {
            throw new IllegalArgumentException(
                    "A slot's name is 1 to 63 lower case letters, digits and underscores, got '" + slotName + "'");
        }
        if (publicationName.isEmpty()) {
            throw new IllegalArgumentException("A publication needs a name");
        }
    }

    /** Options with the defaults for all that is not named here: nothing left out, 5 min of silence. */
    public static PostgresOptions of(
            PostgresEndpoint endpoint, String slotName, String publicationName, List<TablePattern> tables) {
        return new PostgresOptions(
                endpoint, slotName, publicationName, tables, List.of(), Duration.ofMinutes(5), ReadSettings.defaults());
    }

    /** The same with other settings of reading. */
    public PostgresOptions withReading(ReadSettings other) {
        return new PostgresOptions(endpoint, slotName, publicationName, tables, excludes, silenceTimeout, other);
    }

    /** The same without some of the tables. */
    public PostgresOptions withExcludes(List<TablePattern> others) {
        return new PostgresOptions(endpoint, slotName, publicationName, tables, others, silenceTimeout, reading);
    }

    /** Where it connects to, for messages. */
    String target() {
        return endpoint.target();
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
