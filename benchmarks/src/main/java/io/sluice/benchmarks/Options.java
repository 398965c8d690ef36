package io.sluice.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What the command line of {@link SnapshotBenchmark} asks for.
 *
 * @param data where the database is kept between calls; empty for a temporary one
 * @param runs how often each contender runs, at least 1
 * @param scale TPC-H's scale factor; 1 gives 6,001,215 rows
 * @param parallelism connections of the parallel readers
 * @param heap the {@code -Xmx} of each contender's JVM
 * @param contenders who takes part, by name
 * @param launcher the {@code sluice} script
 * @param check whether the lake is compared with the source after Sluice's first run
 */
record Options(
        Optional<Path> data,
        int runs,
        double scale,
        int parallelism,
        String heap,
        List<String> contenders,
        Path launcher,
        Check check) {

    static final String USAGE = """
            Options (with defaults):
              --data DIR           keep the database there between calls (a temporary one, filled again each time)
              --runs N             runs of each contender (3)
              --scale S            TPC-H scale factor; 1 is 6,001,215 rows (1)
              --parallelism N      connections of the parallel readers (2)
              --heap SIZE          heap of each contender's JVM (2g)
              --contenders A,B     of: copy-1, copy-n, sluice, debezium (all)
              --launcher FILE      the sluice script (./sluice)
              --check              compare the lake with the source, value by value, after Sluice's first run
            """;

    enum Check {
        /** Only the number of rows, in the table's own summary. */
        COUNT,
        /** All values. */
        VALUES
    }

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException when one is unknown or has no value
     */
    static Options parse(String... arguments) {
        Optional<Path> data = Optional.empty();
        int runs = 3;
        double scale = 1;
        int parallelism = 2;
        String heap = "2g";
        List<String> contenders = new ArrayList<>(SnapshotBenchmark.CONTENDERS);
        Path launcher = Path.of("sluice");
        Check check = Check.COUNT;
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--check")) {
                check = Check.VALUES;
                continue;
            }
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(name + " has no value or is unknown\n" + USAGE);
            }
            String value = arguments[++i];
            switch (name) {
                case "--data" -> data = Optional.of(Path.of(value));
                case "--runs" -> runs = Integer.parseInt(value);
                case "--scale" -> scale = Double.parseDouble(value);
                case "--parallelism" -> parallelism = Integer.parseInt(value);
                case "--heap" -> heap = value;
                case "--contenders" -> contenders = Arrays.asList(value.split(","));
                case "--launcher" -> launcher = Path.of(value);
                default -> throw new IllegalArgumentException(name + " is unknown\n" + USAGE);
            }
        }
        if (runs < 1 || parallelism < 1 || !(scale > 0) || !SnapshotBenchmark.CONTENDERS.containsAll(contenders)) {
            throw new IllegalArgumentException("A value is out of range\n" + USAGE);
        }
        return new Options(data, runs, scale, parallelism, heap, contenders, launcher.toAbsolutePath(), check);
    }
}
