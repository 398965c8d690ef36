package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The database to read from.
 *
 * @param type the kind of database
 * @param hostname name or address
 * @param port 1 to 65535
 * @param databaseName the database that holds the tables (MySQL: the one to connect to)
 * @param username who connects
 * @param password empty where the server asks for none
 * @param tables the tables to read
 * @param tablesExclude tables to leave out of {@code tables}
 * @param slotName PostgreSQL's replication slot; set for every type, used by PostgreSQL only
 * @param publicationName PostgreSQL's publication; set for every type, used by PostgreSQL only
 * @param onLostSlot what to do when changes were lost
 * @param sslMode how the connection is encrypted
 * @param sslRootCert a PEM file with the authorities to trust
 * @param sslCert a PEM file with the certificate to show to the server; there with {@code sslKey} or not at all
 * @param sslKey the key of {@code sslCert}
 * @param connectTimeout how long one attempt to connect may take, 1 second to 10 minutes
 */
public record SourceConfig(
        SourceType type,
        String hostname,
        int port,
        String databaseName,
        String username,
        Optional<Secret> password,
        TableSelector tables,
        TableSelector tablesExclude,
        String slotName,
        String publicationName,
        OnLostSlot onLostSlot,
        SslMode sslMode,
        Optional<Path> sslRootCert,
        Optional<Path> sslCert,
        Optional<Path> sslKey,
        Duration connectTimeout) {

    /** Whether the pipeline reads this table: selected and not excluded. */
    public boolean selects(String schema, String table) {
        return tables.matches(schema, table) && !tablesExclude.matches(schema, table);
    }
}
