package io.sluice.service.demo;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where a demo keeps its files. Only a directory that carries its marker is ever cleared. */
record DemoDirectory(Path root) {

    private static final String MARKER = ".sluice-demo";

    /**
     * Makes an empty directory with the marker; what an earlier demo left is deleted.
     *
     * @throws PipelineException {@code CONFIGURATION} when it holds something else, {@code LAKE_REFUSED} when it cannot
     *     be written
     */
    static DemoDirectory fresh(Path path) {
        DemoDirectory directory = new DemoDirectory(path.toAbsolutePath().normalize());
        Path root = directory.root;
        try {
            if (Files.exists(root) && !Files.exists(root.resolve(MARKER)) && !isEmpty(root)) {
                throw new PipelineException(
                        ErrorKind.CONFIGURATION,
                        "The directory " + root + " holds files that are not a demo's; give another with --directory");
            }
            if (Files.exists(root)) {
                clear(root);
            }
            Files.createDirectories(root);
            Files.writeString(root.resolve(MARKER), "Made by 'sluice demo', which deletes this directory next time.\n");
            return directory;
        } catch (IOException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_REFUSED, "The directory " + root + " cannot be written: " + e, e);
        }
    }

    Path pipelineFile() {
        return root.resolve("pipeline.yaml");
    }

    Path warehouse() {
        return root.resolve("warehouse");
    }

    Path catalog() {
        return root.resolve("catalog.db");
    }

    Path state() {
        return root.resolve("state");
    }

    Path database() {
        return root.resolve("postgres");
    }

    private static boolean isEmpty(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        }
    }

    /** The marker goes last, so that a deletion that breaks off can be done again. */
    private static void clear(Path root) throws IOException {
        Path marker = root.resolve(MARKER);
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (!file.equals(marker)) {
                    Files.delete(file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                if (!directory.equals(root)) {
                    Files.delete(directory);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
