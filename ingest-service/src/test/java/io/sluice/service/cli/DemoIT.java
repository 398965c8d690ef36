package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {

    @TempDir
    Path directory;

    @Test
    void the_demo_ends_with_a_lake_that_is_its_source() {
        Path target = directory.resolve("demo");

        Invocation demo =
                Invocation.of("demo", "--plain", "--scale", "0.01", "--seconds", "3", "--directory", target.toString());

        assertThat(demo.err()).isEmpty();
        assertThat(demo.out())
                .contains(
                        "handover  snapshot complete",
                        "public.region → tpch.region  5 rows  ok",
                        "rows in 8 tables are the same, value by value",
                        "Verification  source and lake agree",
                        "spark-sql",
                        "iceberg_scan('")
                .doesNotContain("DIFFER");
        assertThat(demo.exitCode()).isZero();
        assertThat(target.resolve("catalog.db")).exists();
        assertThat(target.resolve("pipeline.yaml")).exists();
    }
}
