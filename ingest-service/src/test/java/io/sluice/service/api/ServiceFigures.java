package io.sluice.service.api;

import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process has, as the operating system and its JVM tell.
 *
 * @param liveBytes on the heap, after a collection of all of it
 * @param threads of the JVM and of native libraries
 * @param pipelineThreads those of them that bear a pipeline's work in their name
 * @param files open files and sockets
 * @param connections of pipelines to the source
 */
record ServiceFigures(long liveBytes, long threads, long pipelineThreads, long files, long connections) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");

    private static final Pattern PIPELINES = Pattern.compile(
            "(?m)^\"(pipeline-|changes-|snapshot-reader-|cut-committer|load-|sluice-watch-|verify-|debezium)");

    static ServiceFigures of(long pid, TestDatabase database) throws IOException, InterruptedException {
        long files;
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            files = open.count();
        }
        return new ServiceFigures(
                number(TOTAL, jcmd(pid, "GC.class_histogram")),
                number(THREADS, Files.readString(Path.of("/proc", Long.toString(pid), "status"))),
                PIPELINES.matcher(jcmd(pid, "Thread.print")).results().count(),
                files,
                connections(database));
    }

    static long connections(TestDatabase database) {
        return database.queryLong("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sluice%'"
                + " AND datname = current_database()");
    }

    /** A histogram is of live objects only, for which everything is collected first. */
    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(pid), command)
                .redirectErrorStream(true)
                .start();
        String told = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        jcmd.waitFor();
        return told;
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException(
                    "No " + pattern + " in " + text.substring(0, Math.min(2_000, text.length())));
        }
        return Long.parseLong(matcher.group(1));
    }
}
