package io.sluice.service.runtime;

import io.sluice.config.OnLostSlot;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.pipeline.source.SourceTable;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Pipelines called {@code shop} from {@link InMemorySource} to {@link InMemoryLake}: table {@code x.y} goes to {@code lake.y}. */
final class InMemoryPipelines {

    private InMemoryPipelines() {}

    /** Small and fast. */
    static RuntimeSettings settings(OnLostSlot onLostSlot) {
        return new RuntimeSettings(
                Duration.ofMillis(20),
                1_000,
                1_000_000,
                2,
                Optional.empty(),
                onLostSlot,
                Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Optional.empty());
    }

    static ManagedPipeline of(
            InMemorySource source, InMemoryLake lake, RuntimeSettings settings, Consumer<PipelineEvent> events) {
        PipelineConnectors connectors = new PipelineConnectors() {
            @Override
            public SourceDatabase openDatabase() {
                return source.database();
            }

            @Override
            public ChangeSource openChanges() {
                return source.changes();
            }

            @Override
            public Lake openLake() {
                return lake;
            }

            @Override
            public Position parsePosition(String text) {
                return LogSequenceNumber.parse(text);
            }
        };
        return new ManagedPipeline(
                "shop",
                connectors,
                inspection -> new TablePreparation.Prepared(
                        inspection.tables().stream()
                                .map(InMemoryPipelines::runtime)
                                .toList(),
                        List.of()),
                settings,
                new ErrorPolicy(Duration.ofMillis(10), Duration.ofMillis(50)),
                events,
                Clock.systemUTC());
    }

    private static TableRuntime runtime(SourceTable table) {
        TableSchema schema = table.schema();
        TableId sink = new TableId("lake", schema.table().name());
        LakeTableSpec spec = new LakeTableSpec(InMemorySource.schema(sink), List.of(), Map.of());
        return new TableRuntime(table, new PassThrough(schema, spec.schema()), spec, definition(schema), "shop");
    }

    private static TableDefinition definition(TableSchema schema) {
        return new TableDefinition(schema, new TableDefinition.Rule("*", ""), "id");
    }
}
