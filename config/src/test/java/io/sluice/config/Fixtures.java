package io.sluice.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A reader whose environment and files are known, and the example files. */
final class Fixtures {

    static final Map<String, String> ENVIRONMENT = Map.of(
            "SHOP_PASSWORD", "s3cr3t-Pa55",
            "CATALOG_CLIENT_ID", "id-1",
            "CATALOG_CLIENT_SECRET", "s3cr3t-client",
            "S3_ACCESS_KEY", "s3cr3t-access",
            "S3_SECRET_KEY", "s3cr3t-key",
            "PORT", "6000",
            "WORD", "s3cr3t-word",
            "EMPTY", "");
    static final Map<String, String> FILES =
            Map.of("/run/secrets/shop-password", "s3cr3t-file\n", "/two-lines", "a\r\nb\r\n", "/number", "7000\n");
    static final List<String> EXAMPLES =
            List.of("postgres-to-local.yaml", "shop.yaml", "hdfs-hadoop.yaml", "s3-rest.yaml");

    private Fixtures() {}

    static PipelineConfigReader reader() {
        return new PipelineConfigReader(name -> Optional.ofNullable(ENVIRONMENT.get(name)), Fixtures::file);
    }

    private static String file(Path path) throws IOException {
        String text = FILES.get(path.toString());
        if (text == null) {
            throw new NoSuchFileException(path.toString());
        }
        return text;
    }

    static Path example(String name) {
        return Path.of("examples", name);
    }

    static PipelineConfig read(String yaml) {
        return reader().read("pipeline.yaml", yaml);
    }

    /** The least that a file needs; 14 lines. */
    static final String MINIMAL = """
            pipeline:
              name: shop
            source:
              type: postgres
              hostname: localhost
              database-name: shop
              username: sluice
              tables: public.orders
            sink:
              type: iceberg
              namespace: lake
              catalog:
                type: hadoop
                warehouse: warehouse
            """;
}
