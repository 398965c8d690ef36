package io.sluice.service.nativeimage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What {@code -Pnative-sources} makes: a jar with its libraries beside it, and the builder's arguments. */
final class NativeSources {

    /** The property that names the directory. */
    static final String PROPERTY = "sluice.native-sources";

    private NativeSources() {}

    static Path directory() {
        return Path.of(System.getProperty(PROPERTY));
    }

    static Path jar(Path sources) throws IOException {
        try (Stream<Path> files = Files.list(sources)) {
            List<Path> jars = files.filter(file -> file.toString().endsWith("-runner.jar"))
                    .toList();
            if (jars.size() != 1) {
                throw new IllegalStateException("Expected one jar in " + sources + ", found " + jars);
            }
            return jars.get(0);
        }
    }

    static List<Path> libraries(Path sources) throws IOException {
        try (Stream<Path> files = Files.list(sources.resolve("lib"))) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }
}
