package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;

class PipelineSchemaTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** All sections, with the keys that have no example of their own; YAML is a superset of JSON. */
    private static final String BASE = """
            {
              "pipeline": {"name": "base", "dead-letters": "base.letters"},
              "source": {"type": "postgres", "hostname": "localhost", "database-name": "base", "username": "base",
                         "ssl-cert": "base.crt", "ssl-key": "base.key",
                         "tables": ".*..*"},
              "sink": {"type": "iceberg", "namespace": "base",
                       "catalog": {"type": "rest", "uri": "http://localhost", "warehouse": "base"}},
              "transform": [{"source-table": "a.b.*"}],
              "route": [{"source-table": "a.b.*", "sink-table": "x.<>@"}]
            }
            """;

    static final List<String> EXAMPLES = Fixtures.EXAMPLES;

    private static List<Error> validate(JsonNode document) {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(PipelineSchema.json(), InputFormat.JSON);
        return schema.validate(document);
    }

    private static JsonNode yaml(String text) {
        LoadSettings settings =
                LoadSettings.builder().setSchema(new CoreSchema()).build();
        return JSON.valueToTree(new Load(settings).loadFromString(text));
    }

    /** Every leaf of the schema by its path, such as {@code pipeline.name} or {@code route[].sink-table}. */
    static Map<String, JsonNode> leaves() throws IOException {
        Map<String, JsonNode> leaves = new LinkedHashMap<>();
        collect("", JSON.readTree(PipelineSchema.json()), leaves);
        return leaves;
    }

    private static void collect(String path, JsonNode schema, Map<String, JsonNode> leaves) {
        schema.path("properties").properties().forEach(property -> {
            String below = path.isEmpty() ? property.getKey() : path + "." + property.getKey();
            JsonNode child = property.getValue();
            if (child.has("properties")) {
                collect(below, child, leaves);
            } else if (child.path("items").has("properties")) {
                collect(below + "[]", child.get("items"), leaves);
            } else {
                leaves.put(below, child);
            }
        });
    }

    static List<String> paths() throws IOException {
        List<String> paths = new ArrayList<>(leaves().keySet());
        // Has one value only, so that it cannot be changed; BadYamlTest shows that it is looked at.
        assertThat(paths.remove("sink.type")).isTrue();
        return paths;
    }

    @Test
    void it_is_a_valid_schema_of_the_draft_it_names() throws IOException {
        JsonNode schema = JSON.readTree(PipelineSchema.json());

        assertThat(schema.path("$schema").asText()).isEqualTo("https://json-schema.org/draft/2020-12/schema");
        Schema meta = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(com.networknt.schema.SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        assertThat(meta.validate(schema)).isEmpty();
    }

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    void every_example_file_fits_it(String name) throws IOException {
        assertThat(validate(yaml(Files.readString(Fixtures.example(name))))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name: shop|nam: shop",
                "name: shop|name: 5",
                "name: shop|name: My Shop",
                "type: postgres|type: oracle",
                "type: postgres|port: 5432",
                "hostname: localhost|hostname: localhost\n  port: 70000",
                "hostname: localhost|hostname: localhost\n  port: \"5432\"",
                "hostname: localhost|hostname: localhost\n  connect-timeout: 10",
                "hostname: localhost|hostname: localhost\n  ssl-mode: on",
                "tables: public.orders|tables: []",
                "type: hadoop|type: jdbcc",
                "namespace: lake|namespace: ''",
            })
    void what_the_reader_refuses_does_not_fit_it_either(String change) {
        String[] parts = change.split("\\|");
        String yaml = Fixtures.MINIMAL.replace(parts[0], parts[1]);

        assertThat(validate(yaml(yaml))).isNotEmpty();
        assertThat(BadYaml.problems(yaml)).isNotEmpty();
    }

    @Test
    void a_reference_fits_wherever_a_value_does() {
        String yaml = Fixtures.MINIMAL
                .replace("type: postgres", "type: ${TYPE:-mysql}\n  port: ${PORT}\n  connect-timeout: ${TIME:-5s}")
                .replace("type: hadoop", "type: ${CATALOG:-hadoop}");

        assertThat(validate(yaml(yaml))).isEmpty();
        SourceConfig source = Fixtures.read(yaml).source();
        assertThat(source.type()).isEqualTo(SourceType.MYSQL);
        assertThat(source.port()).isEqualTo(6000);
        assertThat(source.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void every_key_is_explained() throws IOException {
        assertThat(leaves())
                .allSatisfy((path, key) ->
                        assertThat(key.path("description").asText()).as(path).hasSizeGreaterThan(15));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void every_key_is_read_by_the_reader(String path) throws IOException {
        JsonNode key = leaves().get(path);
        JsonNode example = key.path("examples").path(0);
        assertThat(example.isMissingNode()).as("%s has an example", path).isFalse();
        PipelineConfig before = Fixtures.read(BASE);

        JsonNode changed = with(path, example);

        assertThat(validate(changed)).isEmpty();
        assertThat(Fixtures.read(changed.toString())).as(path).isNotEqualTo(before);
    }

    private static JsonNode with(String path, JsonNode value) throws IOException {
        ObjectNode document = (ObjectNode) JSON.readTree(BASE);
        JsonNode parent = document;
        String[] parts = path.split("\\.");
        for (int i = 0; i < parts.length - 1; i++) {
            String part = parts[i].replace("[]", "");
            JsonNode child = parent.get(part);
            parent = child instanceof ArrayNode list ? list.get(0) : child;
        }
        ((ObjectNode) parent).set(parts[parts.length - 1], value);
        return document;
    }

    /** What each default of the schema is in the records, written down a second time on purpose. */
    private static final Map<String, Map.Entry<Function<PipelineConfig, Object>, Object>> DEFAULTS =
            new TreeMap<>(Map.of(
                    "pipeline.commit-interval \"10s\"",
                            Map.entry(PipelineConfig::commitInterval, Duration.ofSeconds(10)),
                    "pipeline.commit-max-rows 1000000", Map.entry(PipelineConfig::commitMaxRows, 1_000_000L),
                    "pipeline.commit-max-bytes \"256MB\"",
                            Map.entry(PipelineConfig::commitMaxBytes, new DataSize(256_000_000)),
                    "pipeline.snapshot-parallelism 4", Map.entry(PipelineConfig::snapshotParallelism, 4),
                    "pipeline.snapshot-chunk-size \"128MiB\"",
                            Map.entry(PipelineConfig::snapshotChunkSize, new DataSize(128L << 20)),
                    "pipeline.buffer-memory \"256MB\"",
                            Map.entry(PipelineConfig::bufferMemory, new DataSize(256_000_000)),
                    "source.ssl-mode \"prefer\"", Map.entry(c -> c.source().sslMode(), SslMode.PREFER),
                    "source.connect-timeout \"30s\"",
                            Map.entry(c -> c.source().connectTimeout(), Duration.ofSeconds(30)),
                    "transform[].projection \"*\"",
                            Map.entry(c -> c.transforms().get(0).projection(), "*"),
                    "route[].replace-symbol \"<>\"",
                            Map.entry(c -> c.routes().get(0).replaceSymbol(), "<>")));

    static {
        DEFAULTS.put(
                "source.on-lost-slot \"resnapshot\"", Map.entry(c -> c.source().onLostSlot(), OnLostSlot.RESNAPSHOT));
        DEFAULTS.put(
                "pipeline.dead-letter-limit 1000",
                Map.entry(c -> c.deadLetters().orElseThrow().limit(), 1_000));
        DEFAULTS.put("pipeline.drain-after \"1m\"", Map.entry(PipelineConfig::drainAfter, Duration.ofMinutes(1)));
    }

    @Test
    void every_default_of_the_schema_is_the_default_of_the_record() throws IOException {
        PipelineConfig config = Fixtures.read(BASE);
        List<String> declared = new ArrayList<>();
        leaves().forEach((path, key) -> {
            if (key.has("default")) {
                declared.add(path + " " + key.get("default"));
            }
        });

        assertThat(declared).containsExactlyInAnyOrderElementsOf(DEFAULTS.keySet());
        assertThat(DEFAULTS)
                .allSatisfy((path, expected) ->
                        assertThat(expected.getKey().apply(config)).as(path).isEqualTo(expected.getValue()));
    }

    @Test
    void defaults_that_depend_on_other_keys_are_as_described() {
        PipelineConfig config = Fixtures.read(BASE.replace("\"name\": \"base\"", "\"name\": \"shop-eu_1\""));

        assertThat(config.stateDirectory()).isEqualTo(Path.of(".sluice", "shop-eu_1"));
        assertThat(config.source().port()).isEqualTo(5432);
        assertThat(config.source().slotName()).isEqualTo("sluice_shop__eu_1");
        assertThat(config.source().publicationName()).isEqualTo("sluice_shop__eu_1");
        assertThat(config.deadLetters().map(DeadLetterConfig::table)).contains(new TableName("base", "letters"));
        assertThat(Fixtures.read(BASE.replace("base.letters", "letters")).deadLetters())
                .contains(new DeadLetterConfig(new TableName("base", "letters"), 1_000));
        assertThat(Fixtures.read(Fixtures.MINIMAL).deadLetters()).isEmpty();
        assertThat(config.source().password()).isEmpty();
        assertThat(config.source().sslRootCert()).isEmpty();
        assertThat(Fixtures.read(Fixtures.MINIMAL).source().sslCert()).isEmpty();
        assertThat(Fixtures.read(Fixtures.MINIMAL).source().sslKey()).isEmpty();
        assertThat(config.source().tablesExclude()).isEqualTo(TableSelector.none());
        assertThat(config.sink().tableProperties()).isEmpty();
        assertThat(config.sink().catalog().properties()).isEmpty();
        assertThat(Fixtures.read(BASE.replace("postgres", "mariadb")).source().port())
                .isEqualTo(3306);
    }
}
