package io.sluice.benchmarks;

import io.sluice.benchmarks.MeasuredProcess.Usage;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one wide table whole in several ways, in turns so that a busy machine strikes all alike: PostgreSQL's binary
 * COPY to nothing, which is the floor; Sluice's snapshot to a published Iceberg table; Debezium's own snapshot, whose
 * events are only counted. Each runs in a process of its own that is measured from outside. Linux only.
 */
public final class SnapshotBenchmark {

    static final List<String> CONTENDERS = List.of("copy-1", "copy-n", "sluice", "debezium");

    private SnapshotBenchmark() {}

    /** Runs the benchmark; see {@code --help}. */
    public static void main(String[] arguments) throws Exception {
        if (List.of(arguments).contains("--help")) {
            System.out.print(Options.USAGE);
            return;
        }
        Options options = Options.parse(arguments);
        Path work = Files.createTempDirectory("sluice-bench-");
        try (BenchmarkSource source = BenchmarkSource.open(options)) {
            run(options, source, work);
        } finally {
            delete(work);
        }
    }

    private static void run(Options options, BenchmarkSource source, Path work)
            throws IOException, InterruptedException {
        List<Contender> contenders = contenders(options, work);
        contenders.forEach(contender -> System.out.println(contender.name() + ": " + contender.description()));
        SnapshotReport report = new SnapshotReport(source.rows());
        for (int run = 1; run <= options.runs(); run++) {
            System.out.println("Run " + run + " of " + options.runs());
            for (Contender contender : contenders) {
                Path directory = Files.createDirectory(work.resolve(contender.name() + "-" + run));
                Duration before = source.serverCpu();
                Usage usage = contender.run(source, directory);
                Duration serverCpu = source.serverCpu().minus(before);
                report.add(contender, usage, serverCpu);
                System.out.println(report.line(contender, usage, serverCpu));
                source.cleanUp();
                delete(directory);
            }
        }
        System.out.println();
        System.out.print(report);
    }

    private static List<Contender> contenders(Options options, Path work) throws IOException, InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        for (String name : options.contenders()) {
            switch (name) {
                case "copy-1" ->
                    contenders.add(new JavaContender(
                            name,
                            "COPY (FORMAT binary) to nothing, 1 connection",
                            CopyToNothing.class,
                            1,
                            options.heap()));
                case "copy-n" ->
                    contenders.add(new JavaContender(
                            name,
                            "COPY (FORMAT binary) to nothing, " + options.parallelism() + " connections",
                            CopyToNothing.class,
                            options.parallelism(),
                            options.heap()));
                case "sluice" -> {
                    SluiceContender sluice = new SluiceContender(
                            options.launcher(), options.parallelism(), options.heap(), options.check());
                    sluice.build(work);
                    contenders.add(sluice);
                }
                case "debezium" ->
                    contenders.add(new JavaContender(
                            name,
                            "Debezium's initial_only snapshot, events counted",
                            DebeziumSnapshot.class,
                            options.parallelism(),
                            options.heap()));
                default -> throw new IllegalArgumentException(name);
            }
        }
        return contenders;
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.delete(dir);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
