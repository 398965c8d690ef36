package io.sluice.testkit.nessie;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Another JDK of this machine. */
final class LaterJdk {

    private static final Pattern VERSION = Pattern.compile("JAVA_VERSION=\"(\\d+)");
    private static final Pattern VARIABLE = Pattern.compile("(JAVA_HOME|JDK)_?\\d+.*");

    private LaterJdk() {}

    /**
     * The program {@code java} of a JDK of at least this version: this JVM's own, one that a variable such as {@code
     * JAVA_HOME_21} names, or one where systems and SDKMAN keep them.
     */
    static Optional<Path> atLeast(int version) {
        Stream<Path> named = System.getenv().entrySet().stream()
                .filter(variable -> VARIABLE.matcher(variable.getKey()).matches())
                .map(variable -> Path.of(variable.getValue()));
        Stream<Path> found = Stream.of(
                        Path.of("/usr/lib/jvm"),
                        Path.of(System.getProperty("user.home"), ".sdkman", "candidates", "java"),
                        Path.of("/Library/Java/JavaVirtualMachines"))
                .flatMap(parent -> children(parent).stream())
                .flatMap(home -> Stream.of(home, home.resolve("Contents/Home")));
        return Stream.of(Stream.of(Path.of(System.getProperty("java.home"))), named, found)
                .flatMap(homes -> homes)
                .filter(home -> versionOf(home) >= version)
                .map(home -> home.resolve("bin/java"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<Path> children(Path parent) {
        if (!Files.isDirectory(parent)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(parent)) {
            return children.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int versionOf(Path home) {
        Path release = home.resolve("release");
        if (!Files.isRegularFile(release)) {
            return 0;
        }
        try {
            Matcher matcher = VERSION.matcher(Files.readString(release));
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
