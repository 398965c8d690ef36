package io.sluice.service.nativeimage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One lookup of a traced run.
 *
 * @param kind what was looked up
 * @param name a class, interfaces between commas, or a resource
 * @param member {@code name(parameters)} of a method or {@code <init>}, or a field's name; empty otherwise
 * @param frames the stack, {@code module/class#method}, the caller first
 */
record Lookup(Kind kind, String name, String member, List<String> frames) {

    /** What can be looked up. */
    enum Kind {
        TYPE,
        METHOD,
        FIELD,
        RESOURCE,
        PROXY,
        SERIALIZATION
    }

    /** All of a run, except for classes that have no name at build time. */
    static List<Lookup> read(Path file) throws IOException {
        List<Lookup> lookups = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] parts = line.split("\t", -1);
            if (parts.length == 4 && !parts[1].contains("/0x") && !parts[1].contains("$$Lambda")) {
                List<String> frames = List.of(parts[3].strip().split(" ", -1));
                lookups.add(new Lookup(
                        Kind.valueOf(parts[0].toUpperCase(java.util.Locale.ROOT)),
                        parts[1],
                        parts[2],
                        frames.subList(1, frames.size())));
            }
        }
        return lookups;
    }

    /** Who looked it up. */
    String caller() {
        return frames.isEmpty() ? "" : frames.get(0);
    }

    /** The innermost frame outside the JDK. */
    String user() {
        return frames.stream()
                .filter(frame -> frame.startsWith("/"))
                .findFirst()
                .orElse(caller());
    }

    /** Whether code of the JDK looked something up for itself. */
    boolean isByJdk() {
        return !caller().startsWith("/");
    }

    /** What was looked up, whoever did. */
    String text() {
        return (kind + " " + name + " " + member).strip();
    }
}
