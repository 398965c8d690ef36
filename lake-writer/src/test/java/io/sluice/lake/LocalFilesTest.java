package io.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFilesTest {

    @TempDir
    Path directory;

    @Test
    void writingFilesAndDirectoriesStartsNoProcess() throws IOException {
        Path recorded = directory.resolve("processes.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("jdk.ProcessStart");
            recording.start();
            write(files(Map.of()), "lake/orders/data/a.parquet");
            recording.stop();
            recording.dump(recorded);
        }

        assertThat(RecordingFile.readAllEvents(recorded))
                .extracting(LocalFilesTest::command)
                .noneMatch(command -> command.contains("chmod"));
    }

    private static String command(RecordedEvent event) {
        return event.getEventType().getName().equals("jdk.ProcessStart") ? event.getString("command") : "";
    }

    @Test
    void permissionsAndChecksumsAreHadoops() throws IOException {
        write(files(Map.of("fs.permissions.umask-mode", "027")), "lake/data/a.parquet");

        Path file = directory.resolve("lake/data/a.parquet");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwxr-x---");
        assertThat(file.resolveSibling(".a.parquet.crc")).exists();
    }

    @Test
    void anotherClassForLocalFilesIsKept() {
        assertThat(hadoop(Map.of("fs.file.impl", "org.apache.hadoop.fs.LocalFileSystem"))
                        .get("fs.file.impl"))
                .isEqualTo("org.apache.hadoop.fs.LocalFileSystem");
    }

    private void write(FileSystem files, String path) throws IOException {
        try (FSDataOutputStream out = files.create(
                new org.apache.hadoop.fs.Path(directory.resolve(path).toUri()), true)) {
            out.write(List.of(1, 2, 3).size());
        }
    }

    /** Not the one that the JVM shares, which others' settings made. */
    private static FileSystem files(Map<String, String> properties) throws IOException {
        return FileSystem.newInstance(java.net.URI.create("file:///"), hadoop(properties));
    }

    private static Configuration hadoop(Map<String, String> properties) {
        return IcebergCatalogs.hadoop(CatalogOptions.of("jdbc", "", "", properties));
    }
}
