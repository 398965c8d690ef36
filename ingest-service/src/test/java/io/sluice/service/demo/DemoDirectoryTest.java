package io.sluice.service.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.PipelineException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoDirectoryTest {

    @TempDir
    Path parent;

    @Test
    void what_an_earlier_demo_left_is_deleted() throws Exception {
        DemoDirectory first = DemoDirectory.fresh(parent.resolve("demo"));
        Files.createDirectories(first.warehouse().resolve("tpch"));
        Files.writeString(first.warehouse().resolve("tpch/file.parquet"), "x");

        DemoDirectory second = DemoDirectory.fresh(parent.resolve("demo"));

        assertThat(second.root()).isDirectoryContaining(path -> path.endsWith(".sluice-demo"));
        assertThat(second.warehouse()).doesNotExist();
    }

    @Test
    void a_directory_without_the_marker_is_never_touched() throws Exception {
        Path precious = Files.writeString(parent.resolve("precious.txt"), "x");

        assertThatThrownBy(() -> DemoDirectory.fresh(parent))
                .isInstanceOf(PipelineException.class)
                .hasMessageContaining("--directory");
        assertThat(precious).exists();
    }
}
