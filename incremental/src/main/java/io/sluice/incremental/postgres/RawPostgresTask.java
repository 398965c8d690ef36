package io.sluice.incremental.postgres;

import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;

/**
 * Debezium's task for PostgreSQL over a {@link RawConnection}. Public only because the engine makes it by name.
 */
public final class RawPostgresTask extends PostgresConnectorTask {

    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection jdbcConnection, PostgresSchema schema, PostgresConnectorConfig connectorConfig) {
        return new RawConnection(EngineLink.of(connectorConfig.getConfig().getString(EngineLink.PROPERTY)));
    }
}
