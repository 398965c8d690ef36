package io.sluice.service.law;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineConnectors;
import io.sluice.service.runtime.Pipelines;
import io.sluice.service.runtime.RuntimeSettings;
import io.sluice.service.wiring.PipelineAssembly;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** As {@link PipelineMain}, and prints every chunk of a snapshot that it begins to read. */
final class WitnessedMain {

    private WitnessedMain() {}

    /** Takes the file's path. */
    public static void main(String[] arguments) throws InterruptedException {
        PipelineAssembly assembly =
                PipelineAssembly.of(PipelineConfigReader.ofProcess().read(Path.of(arguments[0])));
        RuntimeSettings settings = new RuntimeSettings(
                assembly.config().commitInterval(),
                assembly.config().commitMaxRows(),
                assembly.config().commitMaxBytes().bytes(),
                assembly.config().snapshotParallelism(),
                Optional.empty(),
                assembly.config().source().onLostSlot(),
                Duration.ofSeconds(10),
                assembly.config().drainAfter(),
                Optional.empty());
        try (Pipeline pipeline = Pipelines.create(
                assembly.config().name(),
                witnessed(assembly.connectors()),
                assembly.tables(),
                settings,
                System.out::println,
                Clock.systemUTC())) {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            pipeline.awaitEnd(Duration.ofMinutes(10));
            System.out.println("ended " + pipeline.status());
        }
    }

    private static PipelineConnectors witnessed(PipelineConnectors connectors) {
        return new PipelineConnectors() {
            @Override
            public SourceDatabase openDatabase() {
                return witnessed(SourceDatabase.class, connectors.openDatabase());
            }

            @Override
            public ChangeSource openChanges() {
                return connectors.openChanges();
            }

            @Override
            public Lake openLake() {
                return connectors.openLake();
            }

            @Override
            public Position parsePosition(String text) {
                return connectors.parsePosition(text);
            }
        };
    }

    private static <T> T witnessed(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> call(real, method, arguments)));
    }

    private static Object call(Object real, Method method, Object[] arguments) throws Throwable {
        if (real instanceof SnapshotSession && method.getName().equals("read")) {
            SnapshotChunk chunk = (SnapshotChunk) arguments[0];
            System.out.println("READS " + chunk.table() + " " + chunk.range().part() + " from "
                    + chunk.range().from());
        }
        try {
            Object result = method.invoke(real, arguments);
            return result instanceof SnapshotSession session ? witnessed(SnapshotSession.class, session) : result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
