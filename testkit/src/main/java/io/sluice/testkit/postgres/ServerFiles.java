package io.sluice.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server's data directory and log, from {@code initdb} to their removal. */
final class ServerFiles {

    /** {@code postgres} may come in without a password; everybody else proves theirs. */
    private static final String ACCESS = """
            host all         postgres 127.0.0.1/32 trust
            host replication postgres 127.0.0.1/32 trust
            host all         all      127.0.0.1/32 scram-sha-256
            host replication all      127.0.0.1/32 scram-sha-256
            """;

    private final Path directory;

    private ServerFiles(Path directory) {
        this.directory = directory;
    }

    /** Makes a data directory in {@code directory}, unless it has one already. */
    static ServerFiles in(Path directory, PostgresBinaries binaries) {
        ServerFiles files = new ServerFiles(directory);
        try {
            Files.createDirectories(directory);
            if (!Files.exists(files.data().resolve("PG_VERSION"))) {
                files.initialise(binaries);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make a PostgreSQL data directory", e);
        }
        return files;
    }

    Path data() {
        return directory.resolve("data");
    }

    Path log() {
        return directory.resolve("server.log");
    }

    String logText() {
        try {
            return Files.exists(log()) ? new String(Files.readAllBytes(log()), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the server's log", e);
        }
    }

    void delete() {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                    if (e instanceof NoSuchFileException) {
                        return FileVisitResult.CONTINUE;
                    }
                    throw e;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path dir, @Nullable IOException e) throws IOException {
                    if (e != null) {
                        throw e;
                    }
                    Files.deleteIfExists(dir);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete a PostgreSQL data directory", e);
        }
    }

    private void initialise(PostgresBinaries binaries) throws IOException {
        Path output = directory.resolve("initdb.log");
        List<String> command = new ArrayList<>(binaries.command("initdb"));
        // The builtin locale makes text order and case rules the same on every machine. Without checksums and syncs
        // it is faster; a test survives the death of the server's process, not of the machine.
        command.addAll(List.of(
                "-D",
                data().toString(),
                "-U",
                EmbeddedPostgresServer.SUPERUSER,
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-data-checksums",
                "--no-sync"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("initdb did not end within a minute");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while initdb was running", e);
        }
        if (process.exitValue() != 0) {
            throw new IOException("initdb failed: " + Files.readString(output));
        }
        Files.writeString(data().resolve("pg_hba.conf"), ACCESS);
    }
}
