package io.sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes the public records out of values that were found to be right. */
final class Assembler {

    private Assembler() {}

    static PipelineConfig pipeline(Values document) {
        Values pipeline = document.get(Vocabulary.PIPELINE);
        String name = pipeline.get(Vocabulary.NAME);
        return new PipelineConfig(
                name,
                pipeline.get(Vocabulary.COMMIT_INTERVAL),
                pipeline.find(Vocabulary.TAG_INTERVAL),
                pipeline.get(Vocabulary.COMMIT_MAX_ROWS),
                pipeline.get(Vocabulary.COMMIT_MAX_BYTES),
                Math.toIntExact(pipeline.get(Vocabulary.SNAPSHOT_PARALLELISM)),
                pipeline.get(Vocabulary.SNAPSHOT_CHUNK_SIZE),
                pipeline.get(Vocabulary.DRAIN_AFTER),
                pipeline.get(Vocabulary.BUFFER_MEMORY),
                pipeline.find(Vocabulary.STATE_DIRECTORY).orElseGet(() -> Path.of(".sluice", name)),
                deadLetters(pipeline, document.get(Vocabulary.SINK).get(Vocabulary.NAMESPACE)),
                source(document.get(Vocabulary.SOURCE), name),
                sink(document.get(Vocabulary.SINK)),
                transforms(document),
                routes(document));
    }

    private static Optional<DeadLetterConfig> deadLetters(Values pipeline, String namespace) {
        return pipeline.find(Vocabulary.DEAD_LETTERS)
                .map(name -> new DeadLetterConfig(
                        deadLetterTable(name, namespace), Math.toIntExact(pipeline.get(Vocabulary.DEAD_LETTER_LIMIT))));
    }

    static TableName deadLetterTable(String name, String namespace) {
        int dot = name.lastIndexOf('.');
        return dot < 0
                ? new TableName(namespace, name)
                : new TableName(name.substring(0, dot), name.substring(dot + 1));
    }

    private static SourceConfig source(Values source, String pipeline) {
        SourceType type = source.get(Vocabulary.SOURCE_TYPE);
        return new SourceConfig(
                type,
                source.get(Vocabulary.HOSTNAME),
                source.find(Vocabulary.PORT).map(Math::toIntExact).orElseGet(type::defaultPort),
                source.get(Vocabulary.DATABASE_NAME),
                source.get(Vocabulary.USERNAME),
                source.find(Vocabulary.PASSWORD),
                new TableSelector(source.get(Vocabulary.TABLES)),
                source.find(Vocabulary.TABLES_EXCLUDE).map(TableSelector::new).orElseGet(TableSelector::none),
                source.find(Vocabulary.SLOT_NAME).orElseGet(() -> postgresName(pipeline)),
                source.find(Vocabulary.PUBLICATION_NAME).orElseGet(() -> postgresName(pipeline)),
                source.get(Vocabulary.ON_LOST_SLOT),
                source.get(Vocabulary.SSL_MODE),
                source.find(Vocabulary.SSL_ROOT_CERT),
                source.find(Vocabulary.SSL_CERT),
                source.find(Vocabulary.SSL_KEY),
                source.get(Vocabulary.CONNECT_TIMEOUT));
    }

    /** Different for different pipelines: a pipeline's name has no two separators in a row. At most 60 characters. */
    private static String postgresName(String pipeline) {
        return "sluice_" + pipeline.replace("-", "__");
    }

    private static SinkConfig sink(Values sink) {
        return new SinkConfig(
                sink.get(Vocabulary.NAMESPACE),
                catalog(sink.get(Vocabulary.CATALOG)),
                sink.find(Vocabulary.TABLE_PROPERTIES).orElseGet(Map::of));
    }

    private static CatalogConfig catalog(Values catalog) {
        return new CatalogConfig(
                catalog.get(Vocabulary.CATALOG_TYPE),
                catalog.find(Vocabulary.URI),
                catalog.find(Vocabulary.WAREHOUSE),
                catalog.find(Vocabulary.PROPERTIES).orElseGet(Map::of));
    }

    static List<TransformRule> transforms(Values document) {
        return document.find(Vocabulary.TRANSFORM).orElseGet(List::of).stream()
                .map(rule -> new TransformRule(
                        new TableSelector(rule.get(Vocabulary.SOURCE_TABLE)),
                        rule.get(Vocabulary.PROJECTION),
                        rule.find(Vocabulary.FILTER),
                        rule.find(Vocabulary.PARTITION_KEYS).orElseGet(List::of),
                        rule.find(Vocabulary.DESCRIPTION)))
                .toList();
    }

    private static List<RouteRule> routes(Values document) {
        return document.find(Vocabulary.ROUTE).orElseGet(List::of).stream()
                .map(Assembler::route)
                .toList();
    }

    static RouteRule route(Values rule) {
        return new RouteRule(
                new TableSelector(rule.get(Vocabulary.SOURCE_TABLE)),
                rule.get(Vocabulary.SINK_TABLE),
                rule.get(Vocabulary.REPLACE_SYMBOL),
                rule.find(Vocabulary.DESCRIPTION));
    }
}
