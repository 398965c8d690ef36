package io.sluice.service.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.config.TextFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AllowedFilesTest {

    @TempDir
    Path root;

    @Test
    void files_below_the_directories_are_read_and_no_others_are_even_looked_for() throws IOException {
        Path allowed = Files.createDirectory(root.resolve("secrets"));
        Files.writeString(allowed.resolve("password"), "good");
        Files.writeString(root.resolve("outside"), "bad");
        Files.createSymbolicLink(allowed.resolve("way-out"), root.resolve("outside"));
        TextFiles files = new AllowedFiles(List.of(allowed), TextFiles.ofFileSystem());

        assertThat(files.read(allowed.resolve("password"))).isEqualTo("good");
        for (Path outside : List.of(
                root.resolve("outside"),
                root.resolve("missing"),
                allowed.resolve("../outside"),
                allowed.resolve("way-out"),
                root.resolve("secrets-too"))) {
            assertThatThrownBy(() -> files.read(outside))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("may read files below");
        }
    }

    @Test
    void without_a_directory_no_file_is_read() {
        TextFiles files = new AllowedFiles(List.of(), TextFiles.ofFileSystem());

        assertThatThrownBy(() -> files.read(Path.of("/etc/hostname"))).hasMessageContaining("no directory");
    }
}
