package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExamplesTest {

    private static PipelineConfig example(String name) {
        return Fixtures.reader().read(Fixtures.example(name));
    }

    @Test
    void every_example_is_tested() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("examples"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrderElementsOf(Fixtures.EXAMPLES);
        }
    }

    @Test
    void the_smallest_example_says_what_it_must_and_has_defaults_for_the_rest() {
        PipelineConfig config = example("postgres-to-local.yaml");

        assertThat(config.name()).isEqualTo("local");
        assertThat(config.source().hostname()).isEqualTo("localhost");
        assertThat(config.source().port()).isEqualTo(5432);
        assertThat(config.source().password()).contains(Secret.of("s3cr3t-Pa55"));
        assertThat(config.source().selects("public", "anything")).isTrue();
        assertThat(config.source().selects("private", "anything")).isFalse();
        assertThat(config.sinkFor("public", "orders")).isEqualTo(new TableName("shop", "orders"));
        assertThat(config.transforms()).isEmpty();
        assertThat(config.routes()).isEmpty();
    }

    @Test
    void the_shop_example_has_every_main_feature() {
        PipelineConfig config = example("shop.yaml");

        assertThat(config.name()).isEqualTo("shop");
        assertThat(config.commitInterval()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.snapshotParallelism()).isEqualTo(4);
        assertThat(config.stateDirectory()).isEqualTo(Path.of(".sluice/shop"));
        assertThat(config.source().type()).isEqualTo(SourceType.POSTGRES);
        assertThat(config.source().hostname()).isEqualTo("localhost");
        assertThat(config.source().selects("public", "order_items")).isTrue();
        assertThat(config.source().selects("public", "order_items_old")).isFalse();
        assertThat(config.sink().catalog().uri()).contains("jdbc:sqlite:warehouse/catalog.db");
        assertThat(config.sink().tableProperties()).isEqualTo(Map.of("format-version", "3"));

        RoutedTable orders = config.route("public", "orders");
        assertThat(orders.source()).isEqualTo(new TableName("public", "orders"));
        assertThat(orders.sink()).isEqualTo(new TableName("shop", "orders"));
        assertThat(orders.projection()).isEqualTo("*, amount * 100 AS cents, UPPER(status) AS status_code");
        assertThat(orders.filter()).contains("status <> 'draft'");
        assertThat(orders.partitionKeys()).containsExactly("day(created_at)");

        assertThat(config.route("public", "customers").partitionKeys()).containsExactly("country", "bucket(16, id)");

        RoutedTable items = config.route("public", "order_items");
        assertThat(items.sink()).isEqualTo(new TableName("shop_details", "order_items"));
        assertThat(items.projection()).isEqualTo("*");
        assertThat(items.filter()).isEmpty();
        assertThat(items.partitionKeys()).isEmpty();
    }

    @Test
    void the_object_store_example_reads_secrets_and_passes_properties_on() {
        PipelineConfig config = example("s3-rest.yaml");

        assertThat(config.source().password()).contains(Secret.of("s3cr3t-file"));
        assertThat(config.source().tables().patterns()).isEqualTo(List.of("public.orders", "public.order_.*"));
        assertThat(config.source().sslMode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(config.source().sslRootCert()).isEqualTo(Optional.of(Path.of("/etc/sluice/root.crt")));
        assertThat(config.source().slotName()).isEqualTo("sluice_shop");
        assertThat(config.sink().catalog().type()).isEqualTo("rest");
        assertThat(config.sink().catalog().warehouse()).contains("s3a://lake/warehouse");
        assertThat(config.sink().catalog().revealProperties())
                .containsEntry("credential", "id-1:s3cr3t-client")
                .containsEntry("fs.s3a.path.style.access", "true");
        assertThat(config.sinkFor("public", "orders")).isEqualTo(new TableName("lake.shop", "orders"));
        assertThat(config.toString()).doesNotContain("s3cr3t");
    }

    @Test
    void the_hdfs_example_needs_no_catalog_beside_the_warehouse() {
        PipelineConfig config = example("hdfs-hadoop.yaml");

        assertThat(config.sink().catalog().type()).isEqualTo("hadoop");
        assertThat(config.sink().catalog().uri()).isEmpty();
        assertThat(config.sink().catalog().warehouse()).contains("hdfs://namenode.example.com:8020/lake");
        assertThat(config.sink().catalog().revealProperties())
                .containsEntry("dfs.client.use.datanode.hostname", "true")
                .containsEntry("hadoop.hadoop.security.authentication", "simple");
    }
}
