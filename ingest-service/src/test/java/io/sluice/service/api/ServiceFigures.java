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
 * @param files open files and sockets
 * @param connections of pipelines to the source
 */
record ServiceFigures(long liveBytes, long threads, long files, long connections) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");
    private static final Pattern THREADS = Pattern.compile("(?m)^Threads:\\s+(\\d+)");

    static ServiceFigures of(long pid, TestDatabase database) throws IOException, InterruptedException {
        long files;
        try (Stream<Path> open = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            files = open.count();
        }
        return new ServiceFigures(
                number(TOTAL, histogram(pid)),
                number(THREADS, Files.readString(Path.of("/proc", Long.toString(pid), "status"))),
                files,
                connections(database));
    }

    static long connections(TestDatabase database) {
        return database.queryLong("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'sluice%'"
                + " AND datname = current_database()");
    }

    /** Of live objects only, for which everything is collected first. */
    private static String histogram(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(pid),
                        "GC.class_histogram")
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
