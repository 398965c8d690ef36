package io.sluice.incremental.postgres;

import io.debezium.connector.postgresql.PostgresConnector;
import org.apache.kafka.connect.connector.Task;

/**
 * Debezium's connector for PostgreSQL with a task that leaves the log's messages as they are. Public only because the
 * engine makes it by name.
 */
public final class RawPostgresConnector extends PostgresConnector {

    @Override
    public Class<? extends Task> taskClass() {
        return RawPostgresTask.class;
    }
}
