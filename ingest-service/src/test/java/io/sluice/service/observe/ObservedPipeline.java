package io.sluice.service.observe;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.service.wiring.PipelineRegistry;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A real pipeline of the tables {@code items} and {@code orders}, observed as the service does. */
public final class ObservedPipeline implements AutoCloseable {

    public final PipelineRegistry registry = new PipelineRegistry(Clock.systemUTC());
    public final Observations observations = new Observations(Clock.systemUTC(), Duration.ofMillis(100));
    public final Pipeline pipeline;

    public ObservedPipeline(TestDatabase database, Path directory, FailPoints failPoints) {
        this(database, directory, failPoints, yaml -> yaml);
    }

    /** The same with another file. */
    public ObservedPipeline(
            TestDatabase database, Path directory, FailPoints failPoints, UnaryOperator<String> changed) {
        try {
            Path file = Files.writeString(
                    directory.resolve("shop.yaml"), changed.apply(yaml(database, directory, database.port(), "shop")));
            pipeline = PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file), failPoints)
                    .pipeline(registry, Clock.systemUTC(), observations.of("shop"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        registry.add(pipeline);
    }

    /** A pipeline's file. */
    public static String yaml(TestDatabase database, Path directory, int port, String name) {
        return """
                pipeline:
                  name: %6$s
                  commit-interval: 100ms
                  state-directory: "%1$s/state-%6$s"
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  slot-name: %6$s_%4$s
                  tables: public.items, public.orders
                sink:
                  type: iceberg
                  namespace: %6$s
                  catalog:
                    type: jdbc
                    uri: "jdbc:sqlite:%1$s/catalog-%6$s.db"
                    warehouse: "%1$s/warehouse-%6$s"
                """.formatted(directory, database.host(), port, database.name(), database.user(), name);
    }

    public static void tables(TestDatabase database) {
        database.execute(
                "CREATE TABLE items (id bigint PRIMARY KEY, name text)",
                "CREATE TABLE orders (id bigint PRIMARY KEY, item bigint)",
                "INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 500) i",
                "INSERT INTO orders SELECT i, i FROM generate_series(1, 300) i",
                "ANALYZE");
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
