package io.sluice.service.law;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.LakeTable;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.workload.TransformedTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/**
 * A database, a lake in a directory and the pipeline file between them. What the lake must equal is what PostgreSQL
 * answers to the projection and the filter; what it equals is read by Iceberg's own reader.
 */
final class LawHarness {

    static final Duration LIMIT = Duration.ofSeconds(90);

    private final TestDatabase database;
    private final List<TransformedTable> tables;
    private final Path directory;
    private final Path file;

    LawHarness(TestDatabase database, List<TransformedTable> tables, Path directory, String pipelineSettings) {
        this.database = database;
        this.tables = tables;
        this.directory = directory;
        this.file = directory.resolve("law.yaml");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, yaml(pipelineSettings));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The pipeline's file. */
    Path file() {
        return file;
    }

    /** A pipeline from the file, not started. */
    static Pipeline pipeline(Path file, Consumer<PipelineEvent> events) {
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file)).pipeline(events, Clock.systemUTC());
    }

    Pipeline pipeline() {
        return pipeline(file, event -> {});
    }

    /** A pipeline that dies where the fail points say. */
    Pipeline pipeline(FailPoints failPoints) {
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file), failPoints)
                .pipeline(event -> {}, Clock.systemUTC());
    }

    /** Returns when the pipeline has published everything up to the position. */
    void awaitPublished(Pipeline pipeline, LogSequenceNumber position) {
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            PipelineStatus status = pipeline.status();
            assertThat(status.state())
                    .as("state, with failure %s", status.error())
                    .isNotEqualTo(PipelineState.FAILED);
            Optional<LogSequenceNumber> reached = status.position().map(LogSequenceNumber::parse);
            return reached.isPresent() && reached.get().covers(position);
        });
    }

    /** Returns when the lake equals the source, which stands still, whoever publishes. */
    void awaitLakeEqualsSource() {
        Awaitility.await()
                .atMost(LIMIT)
                .pollInterval(Duration.ofMillis(250))
                .untilAsserted(this::assertLakeEqualsSource);
    }

    /** Runs the pipeline until what is committed now is published. */
    void catchUp() throws InterruptedException {
        try (Pipeline pipeline = pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(LIMIT)).as("ended in time").isTrue();
            assertThat(pipeline.status().state())
                    .as("end, with failure %s", pipeline.status().error())
                    .isEqualTo(PipelineState.STOPPED);
        }
    }

    /** Asserts that every table equals its transformed source, value by value. */
    void assertLakeEqualsSource() {
        SourceLakeChecker checker = new SourceLakeChecker(database);
        try (LakeReader lake = lake()) {
            for (TransformedTable table : tables) {
                LakeTable published = lake.table("law." + table.source().name());
                checker.assertSame(table.expectedSql(), published);
                // Identifier fields are a set in Iceberg.
                assertThat(published.key()).containsExactlyInAnyOrderElementsOf(table.keyColumns());
                assertThat(published.files().equalityDeletes()).isZero();
                assertThat(published.summary("sluice.position"))
                        .as("position in the snapshot's summary and in the properties")
                        .isEqualTo(published.property("sluice.position"));
                assertThat(published.summary("sluice.cut")).isEqualTo(published.property("sluice.cut"));
            }
        }
    }

    /**
     * Asserts that as many rows of each table are set aside as PostgreSQL finds that have no place in the lake.
     *
     * @return how many, of all tables
     */
    long assertDeadLettersAreTheRefusedRows() {
        Map<TableId, Long> open;
        try (Pipeline pipeline = pipeline()) {
            open = pipeline.deadLetters(1_000_000).stream()
                    .collect(Collectors.groupingBy(DeadLetter::source, Collectors.counting()));
        }
        for (TransformedTable table : tables) {
            assertThat(open.getOrDefault(table.source(), 0L))
                    .as("dead letters of %s, for %s", table.source(), table.refusedSql())
                    .isEqualTo(database.queryLong(table.refusedSql()));
        }
        return open.values().stream().mapToLong(Long::longValue).sum();
    }

    LakeReader lake() {
        return LakeReader.open("jdbc:sqlite:" + directory.resolve("catalog.db"), directory.resolve("warehouse"));
    }

    private String yaml(String pipelineSettings) {
        StringBuilder yaml = new StringBuilder();
        yaml.append("pipeline:\n  name: law\n  commit-interval: 100ms\n  state-directory: ")
                .append(quoted(directory.resolve("state").toString()))
                .append('\n')
                .append(pipelineSettings.indent(2));
        yaml.append("source:\n  type: postgres\n  hostname: ")
                .append(quoted(database.host()))
                .append("\n  port: ")
                .append(database.port())
                .append("\n  database-name: ")
                .append(quoted(database.name()))
                .append("\n  username: ")
                .append(quoted(database.user()))
                .append("\n  password: ")
                .append(quoted(database.password()))
                .append("\n  slot-name: ")
                .append(quoted("law_" + database.name()))
                .append("\n  tables:\n");
        for (TransformedTable table : tables) {
            yaml.append("    - ").append(quoted(table.source().toString())).append('\n');
        }
        yaml.append("sink:\n  type: iceberg\n  namespace: law\n  catalog:\n    type: jdbc\n    uri: ")
                .append(quoted("jdbc:sqlite:" + directory.resolve("catalog.db")))
                .append("\n    warehouse: ")
                .append(quoted(directory.resolve("warehouse").toString()))
                .append("\ntransform:\n");
        for (TransformedTable table : tables) {
            yaml.append("  - source-table: ")
                    .append(quoted(table.source().toString()))
                    .append('\n');
            yaml.append("    projection: ").append(quoted(table.projection())).append('\n');
            table.filter()
                    .ifPresent(filter ->
                            yaml.append("    filter: ").append(quoted(filter)).append('\n'));
        }
        return yaml.toString();
    }

    /** As a double-quoted YAML scalar in which no reference is meant. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.replace("${", "$${").toCharArray()) {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                default -> quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
