package io.sluice.service.definition;

import io.sluice.service.definition.PipelineDefinition.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The definitions that came by the API, one file each, readable by their owner alone. A file is replaced in one step, so
 * a crash leaves the old text or the new one. Safe for several threads: requests about one pipeline meet.
 */
final class DefinitionStore {

    private static final String TEXT = ".yaml";
    private static final String HALTED = ".stopped";

    private final Path directory;

    /** @param directory made with the first definition */
    DefinitionStore(Path directory) {
        this.directory = directory;
    }

    /**
     * A definition with what was asked of its pipeline last.
     *
     * @param definition as it was kept
     * @param intent whether the pipeline is to run
     */
    record Kept(PipelineDefinition definition, Intent intent) {}

    /** Whether a pipeline is to run. */
    enum Intent {
        RUN,
        STAY_STOPPED
    }

    /** Everything that is kept, ordered by name. */
    synchronized List<Kept> load() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Kept> kept = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                String fileName = String.valueOf(file.getFileName());
                if (fileName.endsWith(TEXT) && !fileName.startsWith(".")) {
                    String name = fileName.substring(0, fileName.length() - TEXT.length());
                    String text = Files.readString(file, StandardCharsets.UTF_8);
                    kept.add(new Kept(
                            new PipelineDefinition(name, text, Origin.API, "the API"),
                            Files.exists(file(name, HALTED)) ? Intent.STAY_STOPPED : Intent.RUN));
                }
            }
        } catch (IOException e) {
            throw unusable(e);
        }
        return kept;
    }

    /** Keeps a definition, durably when this returns. */
    synchronized void put(PipelineDefinition definition) {
        Path temporary = file("." + definition.name(), ".new");
        try {
            Files.createDirectories(directory);
            Files.deleteIfExists(temporary);
            try (FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                ByteBuffer bytes = ByteBuffer.wrap(definition.text().getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(temporary, file(definition.name(), TEXT), StandardCopyOption.ATOMIC_MOVE);
            sync();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** Keeps what was asked of a pipeline, unless its definition is gone: the next of its name has nothing to do with it. */
    synchronized void intend(String name, Intent intent) {
        try {
            Path halted = file(name, HALTED);
            if (intent == Intent.RUN) {
                Files.deleteIfExists(halted);
            } else if (Files.exists(file(name, TEXT)) && !Files.exists(halted)) {
                Files.createFile(halted);
            }
            sync();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** Forgets a definition. */
    synchronized void delete(String name) {
        try {
            Files.deleteIfExists(file(name, TEXT));
            Files.deleteIfExists(file(name, HALTED));
            sync();
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /** A rename is durable only with its directory. */
    private void sync() throws IOException {
        if (Files.isDirectory(directory)) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private Path file(String name, String suffix) {
        return directory.resolve(name + suffix);
    }

    private FileAttribute<?>[] ownerOnly() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private UncheckedIOException unusable(IOException e) {
        return new UncheckedIOException(
                "The directory of pipeline definitions " + directory + " cannot be used: " + e, e);
    }
}
