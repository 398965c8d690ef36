package io.sluice.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** What Linux tells about processes in {@code /proc}. */
final class ProcessUsage {

    /** The unit of times in {@code /proc}, fixed for user space on every architecture that a JDK 17 exists for. */
    private static final long MILLIS_PER_TICK = 10;

    private static final int USER_TIME = 14;
    private static final int SYSTEM_TIME = 15;
    private static final int CHILDREN_USER_TIME = 16;
    private static final int CHILDREN_SYSTEM_TIME = 17;

    private ProcessUsage() {}

    /** CPU time of this process' children that have ended and been waited for, with all their threads. */
    static Duration ofEndedChildren() {
        long[] fields = stat("self").orElseThrow(() -> new IllegalStateException("There is no /proc: Linux is needed"));
        return ticks(fields[CHILDREN_USER_TIME] + fields[CHILDREN_SYSTEM_TIME]);
    }

    /** CPU time of a living process, its ended children and its living descendants. */
    static Duration ofTree(ProcessHandle process) {
        long ticks = stat(Long.toString(process.pid()))
                .map(fields -> fields[USER_TIME]
                        + fields[SYSTEM_TIME]
                        + fields[CHILDREN_USER_TIME]
                        + fields[CHILDREN_SYSTEM_TIME])
                .orElse(0L);
        for (ProcessHandle child : process.descendants().toList()) {
            ticks += stat(Long.toString(child.pid()))
                    .map(fields -> fields[USER_TIME] + fields[SYSTEM_TIME])
                    .orElse(0L);
        }
        return ticks(ticks);
    }

    /** The most memory that a living process has had resident; empty when it is gone. */
    static OptionalLong peakResidentBytes(long pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmHWM:")) {
                    return OptionalLong.of(Long.parseLong(line.replaceAll("\\D", "")) << 10);
                }
            }
            return OptionalLong.empty();
        } catch (IOException e) {
            // The process ended in between.
            return OptionalLong.empty();
        }
    }

    /** The system's load over the last minute. */
    static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
        } catch (IOException e) {
            return "?";
        }
    }

    /** The numeric fields, at their numbers in proc(5), which begin with 1. */
    private static Optional<long[]> stat(String pid) {
        String text;
        try {
            text = Files.readString(Path.of("/proc", pid, "stat"), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // Gone while it was read; anything else shows in the numbers of this process itself.
            if (!pid.equals("self")) {
                return Optional.empty();
            }
            throw new UncheckedIOException(e);
        }
        // The second field is the program's name in brackets, with whatever characters.
        String[] rest = text.substring(text.lastIndexOf(')') + 2).split(" ");
        long[] fields = new long[CHILDREN_SYSTEM_TIME + 1];
        for (int field = USER_TIME; field <= CHILDREN_SYSTEM_TIME; field++) {
            fields[field] = Long.parseLong(rest[field - 3]);
        }
        return Optional.of(fields);
    }

    private static Duration ticks(long ticks) {
        return Duration.ofMillis(ticks * MILLIS_PER_TICK);
    }
}
