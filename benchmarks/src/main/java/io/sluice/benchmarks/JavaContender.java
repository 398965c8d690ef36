package io.sluice.benchmarks;

import io.sluice.benchmarks.MeasuredProcess.Usage;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A main class of this module in a JVM of its own, which prints how many rows it has read. */
final class JavaContender implements Contender {

    static final String ROWS = "rows=";
    private static final Duration LIMIT = Duration.ofMinutes(30);

    private final String name;
    private final String description;
    private final Class<?> mainClass;
    private final int parallelism;
    private final String heap;

    JavaContender(String name, String description, Class<?> mainClass, int parallelism, String heap) {
        this.name = name;
        this.description = description;
        this.mainClass = mainClass;
        this.parallelism = parallelism;
        this.heap = heap;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Usage run(BenchmarkSource source, Path work) throws IOException, InterruptedException {
        TestDatabase database = source.database();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-cp",
                System.getProperty("java.class.path"),
                mainClass.getName()));
        command.add(database.host());
        command.add(Integer.toString(database.port()));
        command.add(database.name());
        command.add(database.user());
        command.add(database.password());
        command.add(BenchmarkSource.TABLE);
        command.add(Integer.toString(parallelism));
        command.add(Long.toString(source.rows()));
        Usage usage = MeasuredProcess.run(command, Map.of(), work, work.resolve("output.log"), LIMIT);
        if (!usage.output().contains(ROWS + source.rows())) {
            throw new IllegalStateException(name + " has not read " + source.rows() + " rows: " + usage.output());
        }
        return usage;
    }
}
