package io.sluice.service.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The bill of materials that the build leaves beside the packaged service. */
class BillOfMaterialsIT {

    private static final Path LIBRARIES = Path.of("target", "quarkus-app", "lib");
    private static final Path BILL = Path.of("target", "bom.json");

    @Test
    void every_library_of_the_packaged_service_is_on_it_with_its_version_and_hash() throws IOException {
        assumeFalse(
                "offline=true".equals(System.getProperty("sluice.build")),
                "an offline build makes no bill of materials");
        Map<String, JsonNode> listed = new TreeMap<>();
        for (JsonNode component : new ObjectMapper().readTree(BILL.toFile()).path("components")) {
            listed.put(
                    component.path("group").asText() + "."
                            + component.path("name").asText() + "-"
                            + component.path("version").asText(),
                    component);
        }
        Set<String> packaged = new TreeSet<>();
        try (Stream<Path> files = Files.walk(LIBRARIES)) {
            files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .map(name -> name.substring(0, name.length() - ".jar".length()))
                    .forEach(packaged::add);
        }
        assertThat(packaged).hasSizeGreaterThan(100);
        // Jars of one version with a classifier bear its name behind that.
        assertThat(packaged)
                .allSatisfy(jar -> assertThat(listed.keySet())
                        .as("components for %s", jar)
                        .anyMatch(name -> jar.equals(name) || jar.startsWith(name + "-")));
        assertThat(listed.keySet())
                .anyMatch(name -> name.startsWith("org.postgresql.postgresql-"))
                .anyMatch(name -> name.startsWith("org.apache.iceberg.iceberg-core-"))
                .noneMatch(name -> name.contains("junit") || name.contains("sluice-testkit"));
        listed.forEach((name, component) -> {
            assertThat(component.path("purl").asText()).as(name).startsWith("pkg:maven/");
            assertThat(component.path("hashes").isEmpty()
                            && !component.path("group").asText().equals("io.sluice"))
                    .as("no hash of %s", name)
                    .isFalse();
        });
    }
}
