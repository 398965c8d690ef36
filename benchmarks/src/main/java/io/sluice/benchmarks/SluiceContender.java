package io.sluice.benchmarks;

import io.sluice.benchmarks.MeasuredProcess.Usage;
import io.sluice.benchmarks.Options.Check;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.LakeTable;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Sluice as its users run it: from the start of its command to a published Iceberg table and an orderly end. */
final class SluiceContender implements Contender {

    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final Path launcher;
    private final int parallelism;
    private final String heap;
    private Check nextCheck;

    SluiceContender(Path launcher, int parallelism, String heap, Check firstCheck) {
        this.launcher = launcher;
        this.parallelism = parallelism;
        this.heap = heap;
        this.nextCheck = firstCheck;
    }

    @Override
    public String name() {
        return "sluice";
    }

    @Override
    public String description() {
        return "sluice run --until-caught-up: snapshot to a published Iceberg table, " + parallelism + " readers";
    }

    @Override
    public Usage run(BenchmarkSource source, Path work) throws IOException, InterruptedException {
        TestDatabase database = source.database();
        Path warehouse = Files.createDirectories(work.resolve("warehouse"));
        Path pipeline = work.resolve("pipeline.yaml");
        Files.writeString(pipeline, """
                pipeline:
                  name: bench
                  snapshot-parallelism: %d
                source:
                  type: postgres
                  hostname: %s
                  port: %d
                  database-name: "%s"
                  username: %s
                  password: %s
                  tables: public.%s
                sink:
                  type: iceberg
                  namespace: bench
                  catalog:
                    type: jdbc
                    uri: jdbc:sqlite:%s
                    warehouse: %s
                """.formatted(
                        parallelism,
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        database.password(),
                        BenchmarkSource.TABLE,
                        warehouse.resolve("catalog.db"),
                        warehouse));
        Usage usage = MeasuredProcess.run(
                List.of(launcher.toString(), "run", pipeline.toString(), "--until-caught-up", "--plain", "--port", "0"),
                Map.of("SLUICE_JAVA_OPTS", "-Xmx" + heap),
                work,
                work.resolve("output.log"),
                LIMIT);
        check(source, warehouse);
        return usage;
    }

    /** Builds the program when it is older than its sources, so that no run pays for it. */
    void build(Path work) throws IOException, InterruptedException {
        MeasuredProcess.run(
                List.of(launcher.toString(), "--version"), Map.of(), work, work.resolve("build.log"), LIMIT);
    }

    private void check(BenchmarkSource source, Path warehouse) {
        try (LakeReader lake = LakeReader.open("jdbc:sqlite:" + warehouse.resolve("catalog.db"), warehouse)) {
            LakeTable table = lake.table("bench." + BenchmarkSource.TABLE);
            String rows = table.summary("total-records").orElse("none");
            if (!rows.equals(Long.toString(source.rows()))) {
                throw new IllegalStateException("The lake has " + rows + " rows, the source " + source.rows());
            }
            if (nextCheck == Check.VALUES) {
                new SourceLakeChecker(source.database()).assertSame("SELECT * FROM " + BenchmarkSource.TABLE, table);
                System.out.println("The lake equals the source, value by value.");
                nextCheck = Check.COUNT;
            }
        }
    }
}
