package io.sluice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end and measures it from outside, its start-up included. */
final class MeasuredProcess {

    private static final int POLL_MILLIS = 50;
    private static final int LINES_IN_MESSAGES = 30;

    private MeasuredProcess() {}

    /**
     * What a program took.
     *
     * @param wall from its start to its end
     * @param cpu of all its threads, garbage collection and compilation included
     * @param peakResidentBytes the most memory it had resident
     * @param output its lines
     */
    record Usage(Duration wall, Duration cpu, long peakResidentBytes, List<String> output) {}

    /**
     * Runs a command line.
     *
     * @param directory its working directory
     * @param log where its output goes
     * @throws IllegalStateException when it fails or takes longer than {@code limit}; with the end of its output
     */
    static Usage run(List<String> command, Map<String, String> environment, Path directory, Path log, Duration limit)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Duration cpuBefore = ProcessUsage.ofEndedChildren();
        long start = System.nanoTime();
        long end = start + limit.toNanos();
        Process process = builder.start();
        long peak = 0;
        while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
            // A high-water mark: only what is added in the last moments can be missed.
            peak = Math.max(peak, ProcessUsage.peakResidentBytes(process.pid()).orElse(0));
            if (System.nanoTime() > end) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("Took longer than " + limit + tail(log));
            }
        }
        Duration wall = Duration.ofNanos(System.nanoTime() - start);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("Ended with " + process.exitValue() + tail(log));
        }
        Duration cpu = ProcessUsage.ofEndedChildren().minus(cpuBefore);
        return new Usage(wall, cpu, peak, Files.readAllLines(log));
    }

    private static String tail(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return "; the end of its output:\n  "
                + String.join("\n  ", lines.subList(Math.max(0, lines.size() - LINES_IN_MESSAGES), lines.size()));
    }
}
