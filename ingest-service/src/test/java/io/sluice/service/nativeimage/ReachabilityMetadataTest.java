package io.sluice.service.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the metadata for a native image names must be there: a builder would only warn, and the image fail when it runs. */
class ReachabilityMetadataTest {

    private static final String FOLDER = "META-INF/native-image/io.sluice/";

    /** What is written by hand, and what traced runs asked for. */
    private static final List<String> FILES = List.of(
            FOLDER + "sluice-ingest-service/reachability-metadata.json", FOLDER + "traced/reachability-metadata.json");

    @TestFactory
    List<DynamicTest> every_class_and_member_exists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : all("reflection")) {
            assertThat(names(entry)).isSubsetOf("type", "methods", "fields", "jniAccessible");
            JsonNode type = entry.path("type");
            tests.add(DynamicTest.dynamicTest(type.isTextual() ? type.asText() : type.toString(), () -> {
                for (JsonNode proxied : type.path("proxy")) {
                    assertThat(JavaNames.type(proxied.asText())).isInterface();
                }
                if (type.isTextual()) {
                    exists(entry, JavaNames.type(type.asText()));
                }
            }));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    private static void exists(JsonNode entry, Class<?> type) throws ReflectiveOperationException {
        for (JsonNode method : entry.path("methods")) {
            List<String> parameters = new ArrayList<>();
            method.path("parameterTypes").forEach(parameter -> parameters.add(parameter.asText()));
            String name = method.path("name").asText() + "(" + String.join(",", parameters) + ")";
            assertThat(JavaNames.member(type, name)).isNotNull();
        }
        for (JsonNode field : entry.path("fields")) {
            assertThat(JavaNames.member(type, field.path("name").asText())).isNotNull();
        }
    }

    @Test
    void resources_without_a_wildcard_exist() throws IOException {
        for (JsonNode resource : all("resources")) {
            String glob = resource.path("glob").asText();
            if (!glob.contains("*")) {
                assertThat(getClass().getClassLoader().getResource(glob))
                        .as(glob)
                        .isNotNull();
            }
        }
    }

    @Test
    void the_profile_asks_for_a_builder_before_anything_else() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String profile = pom.substring(pom.indexOf("<id>native</id>"));
        assertThat(profile.substring(0, profile.indexOf("</profile>")))
                .contains("<phase>validate</phase>", "<requireFilesExist>", "${env.GRAALVM_HOME}/bin/native-image");
    }

    private static Set<String> names(JsonNode entry) {
        Set<String> names = new TreeSet<>();
        entry.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<JsonNode> all(String kind) throws IOException {
        List<JsonNode> entries = new ArrayList<>();
        for (String file : FILES) {
            try (InputStream in =
                    ReachabilityMetadataTest.class.getClassLoader().getResourceAsStream(file)) {
                new ObjectMapper().readTree(in).path(kind).forEach(entries::add);
            }
        }
        return entries;
    }
}
