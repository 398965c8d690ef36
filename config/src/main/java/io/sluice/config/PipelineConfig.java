package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One pipeline as its file describes it, checked: a {@link PipelineConfigReader} makes it. Immutable; its text never
 * shows a secret. What the values mean, their ranges and defaults stand in {@link PipelineSchema}.
 *
 * @param name lower-case letters and digits in groups joined by single {@code -} or {@code _}, at most 36 characters
 * @param commitInterval how long changes are collected before a cut is published, 100 ms to 1 h
 * @param tagInterval one cut in this time is tagged, 1 s to 365 d; empty for none
 * @param commitMaxRows how many changes end a cut early, 1 or more
 * @param commitMaxBytes how many bytes of changes end a cut early, 1 MB or more
 * @param snapshotParallelism how many chunks are read at once, 1 to 64
 * @param snapshotChunkSize how much of a table is read before it is durable, 1 MiB or more
 * @param drainAfter how long tables are loaded before their changes wait in the lake, 0 s to 365 d
 * @param bufferMemory how much memory rows on their way may take, 16 MB or more
 * @param stateDirectory where local caches are kept; all of it can be rebuilt
 * @param deadLetters where rows are noted that have no place in the lake; empty when such a row stops its table
 * @param source the database
 * @param sink the lake
 * @param transforms in the file's order; the first that selects a table is the one for it
 * @param routes in the file's order; the first that selects a table is the one for it
 */
public record PipelineConfig(
        String name,
        Duration commitInterval,
        Optional<Duration> tagInterval,
        long commitMaxRows,
        DataSize commitMaxBytes,
        int snapshotParallelism,
        DataSize snapshotChunkSize,
        Duration drainAfter,
        DataSize bufferMemory,
        Path stateDirectory,
        Optional<DeadLetterConfig> deadLetters,
        SourceConfig source,
        SinkConfig sink,
        List<TransformRule> transforms,
        List<RouteRule> routes) {

    public PipelineConfig {
        transforms = List.copyOf(transforms);
        routes = List.copyOf(routes);
    }

    /** The first transform that is for this table. */
    public Optional<TransformRule> transformFor(String schema, String table) {
        return transforms.stream()
                .filter(rule -> rule.sourceTable().matches(schema, table))
                .findFirst();
    }

    /** The table's name in the lake: by the first route for it, else its own name in the sink's namespace. */
    public TableName sinkFor(String schema, String table) {
        return routes.stream()
                .filter(rule -> rule.sourceTable().matches(schema, table))
                .findFirst()
                .map(rule -> rule.sinkFor(sink.namespace(), table))
                .orElseGet(() -> new TableName(sink.namespace(), table));
    }

    /** Everything that the file says about this table; whether it is selected at all is {@link SourceConfig#selects}. */
    public RoutedTable route(String schema, String table) {
        return new RoutedTable(new TableName(schema, table), sinkFor(schema, table), transformFor(schema, table));
    }

    /**
     * Sentences that name the tables of the source that would be written into one and the same lake table, or into that of
     * the dead letters, which patterns can only show once the real tables are known. Empty when every table has its own.
     *
     * @param tables the source's tables that the pipeline reads
     */
    public List<String> sinkCollisions(Collection<TableName> tables) {
        Map<TableName, TableName> sources = new LinkedHashMap<>();
        List<String> collisions = new ArrayList<>();
        for (TableName table : tables) {
            TableName target = sinkFor(table.namespace(), table.name());
            if (deadLetters.map(DeadLetterConfig::table).equals(Optional.of(target))) {
                collisions.add("The source table " + table + " would be written to " + target
                        + ", which pipeline.dead-letters names; give one of the two another name");
            }
            TableName other = sources.putIfAbsent(target, table);
            if (other != null && !other.equals(table)) {
                collisions.add("The source tables " + other + " and " + table + " would both be written to " + target
                        + "; give each a sink-table of its own under 'route'");
            }
        }
        return List.copyOf(collisions);
    }
}
