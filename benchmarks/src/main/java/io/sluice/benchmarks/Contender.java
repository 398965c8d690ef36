package io.sluice.benchmarks;

import io.sluice.benchmarks.MeasuredProcess.Usage;
import java.io.IOException;
import java.nio.file.Path;

/** A way to read a table whole, in a process of its own. */
interface Contender {

    /** As on the command line and in the report. */
    String name();

    /** What it does, in a line of the report. */
    String description();

    /**
     * Reads the table once.
     *
     * @param work an empty directory, kept until the benchmark ends
     * @throws IllegalStateException when it fails or has not read every row
     */
    Usage run(BenchmarkSource source, Path work) throws IOException, InterruptedException;
}
