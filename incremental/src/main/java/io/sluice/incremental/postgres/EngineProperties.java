package io.sluice.incremental.postgres;

import io.sluice.pipeline.source.PostgresEndpoint;
import java.util.Properties;

/** The engine's settings. Everything that would make, keep or retry something is off: the pipeline does that. */
final class EngineProperties {

    private EngineProperties() {}

    static Properties of(EngineLink link) {
        PostgresStreamOptions options = link.connections().options();
        PostgresEndpoint endpoint = options.endpoint();
        Properties properties = new Properties();
        properties.setProperty("name", "sluice-" + options.slotName());
        properties.setProperty(EngineLink.PROPERTY, link.id());
        properties.setProperty("connector.class", RawPostgresConnector.class.getName());
        properties.setProperty("offset.storage", StartOffsetStore.class.getName());
        // Part of the names of threads and metrics.
        properties.setProperty("topic.prefix", "sluice_" + options.slotName());
        // The engine waits for a minute when its metrics' names are taken: by a slot of the same name at another
        // server.
        properties.setProperty("custom.metric.tags", "stream=" + link.id());
        properties.setProperty("database.hostname", endpoint.host());
        properties.setProperty("database.port", Integer.toString(endpoint.port()));
        properties.setProperty("database.dbname", endpoint.database());
        properties.setProperty("database.user", endpoint.username());
        properties.setProperty("database.password", link.connections().password());
        endpoint.encryption().properties().forEach((name, value) -> properties.setProperty("database." + name, value));
        properties.setProperty("database.connectTimeout", Integer.toString(endpoint.connectSeconds()));
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", options.slotName());
        properties.setProperty("slot.drop.on.stop", "false");
        properties.setProperty("slot.max.retries", "0");
        properties.setProperty("publication.name", options.publicationName());
        properties.setProperty("publication.autocreate.mode", "disabled");
        properties.setProperty("snapshot.mode", "no_data");
        // Debezium needs no table's shape; it would read the catalog of all of them at each start.
        properties.setProperty("table.include.list", "sluice\\.none");
        properties.setProperty("binary.handling.mode", "bytes");
        properties.setProperty("provide.transaction.metadata", "false");
        properties.setProperty("tombstones.on.delete", "false");
        properties.setProperty("heartbeat.interval.ms", "0");
        properties.setProperty("errors.max.retries", "0");
        // A frame is an event: handed on at once, few in memory.
        properties.setProperty("max.batch.size", "1");
        properties.setProperty("max.queue.size", "8");
        properties.setProperty("poll.interval.ms", "20");
        properties.setProperty("record.processing.threads", "1");
        properties.setProperty("executor.shutdown.timeout.ms", "2000");
        return properties;
    }
}
