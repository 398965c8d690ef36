package io.sluice.config;

import static io.sluice.config.Vocabulary.*;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Makes the public records out of values that were found to be right. */
final class Assembler {

    private Assembler() {}

    static PipelineConfig pipeline(Values document) {
        Values pipeline = document.get(PIPELINE);
        String name = pipeline.get(NAME);
        return new PipelineConfig(
                name,
                pipeline.get(COMMIT_INTERVAL),
                pipeline.get(COMMIT_MAX_ROWS),
                pipeline.get(COMMIT_MAX_BYTES),
                Math.toIntExact(pipeline.get(SNAPSHOT_PARALLELISM)),
                pipeline.get(BUFFER_MEMORY),
                pipeline.find(STATE_DIRECTORY).orElseGet(() -> Path.of(".sluice", name)),
                pipeline.find(TAG_INTERVAL),
                source(document.get(SOURCE), name),
                sink(document.get(SINK)),
                transforms(document),
                routes(document));
    }

    private static SourceConfig source(Values source, String pipeline) {
        SourceType type = source.get(SOURCE_TYPE);
        return new SourceConfig(
                type,
                source.get(HOSTNAME),
                source.find(PORT).map(Math::toIntExact).orElseGet(type::defaultPort),
                source.get(DATABASE_NAME),
                source.get(USERNAME),
                source.find(PASSWORD),
                new TableSelector(source.get(TABLES)),
                source.find(TABLES_EXCLUDE).map(TableSelector::new).orElseGet(TableSelector::none),
                source.find(SLOT_NAME).orElseGet(() -> postgresName(pipeline)),
                source.find(PUBLICATION_NAME).orElseGet(() -> postgresName(pipeline)),
                source.get(SSL_MODE),
                source.find(SSL_ROOT_CERT),
                source.get(CONNECT_TIMEOUT));
    }

    /** Different for different pipelines: a pipeline's name has no two separators in a row. At most 60 characters. */
    private static String postgresName(String pipeline) {
        return "sluice_" + pipeline.replace("-", "__");
    }

    private static SinkConfig sink(Values sink) {
        return new SinkConfig(
                sink.get(NAMESPACE),
                catalog(sink.get(CATALOG)),
                sink.find(TABLE_PROPERTIES).orElseGet(Map::of));
    }

    private static CatalogConfig catalog(Values catalog) {
        return new CatalogConfig(
                catalog.get(CATALOG_TYPE),
                catalog.find(URI),
                catalog.find(WAREHOUSE),
                catalog.find(PROPERTIES).orElseGet(Map::of));
    }

    static List<TransformRule> transforms(Values document) {
        return document.find(TRANSFORM).orElseGet(List::of).stream()
                .map(rule -> new TransformRule(
                        new TableSelector(rule.get(SOURCE_TABLE)),
                        rule.get(PROJECTION),
                        rule.find(FILTER),
                        rule.find(PARTITION_KEYS).orElseGet(List::of),
                        rule.find(DESCRIPTION)))
                .toList();
    }

    private static List<RouteRule> routes(Values document) {
        return document.find(ROUTE).orElseGet(List::of).stream()
                .map(Assembler::route)
                .toList();
    }

    static RouteRule route(Values rule) {
        return new RouteRule(
                new TableSelector(rule.get(SOURCE_TABLE)),
                rule.get(SINK_TABLE),
                rule.get(REPLACE_SYMBOL),
                rule.find(DESCRIPTION));
    }
}
