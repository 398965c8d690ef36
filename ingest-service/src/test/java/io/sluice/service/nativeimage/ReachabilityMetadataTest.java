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
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the metadata for a native image names must be there: a builder would only warn, and the image fail when it runs. */
class ReachabilityMetadataTest {

    private static final String FILE =
            "META-INF/native-image/io.sluice/sluice-ingest-service/reachability-metadata.json";
    private static final Map<String, Class<?>> PRIMITIVES =
            Map.of("byte", byte.class, "int", int.class, "long", long.class, "boolean", boolean.class);

    @TestFactory
    List<DynamicTest> every_class_and_member_exists() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode entry : metadata().path("reflection")) {
            assertThat(names(entry)).isSubsetOf("type", "methods", "fields", "jniAccessible");
            tests.add(DynamicTest.dynamicTest(entry.path("type").asText(), () -> {
                Class<?> type = type(entry.path("type").asText());
                for (JsonNode method : entry.path("methods")) {
                    List<Class<?>> parameters = new ArrayList<>();
                    for (JsonNode parameter : method.path("parameterTypes")) {
                        parameters.add(type(parameter.asText()));
                    }
                    Class<?>[] found = parameters.toArray(new Class<?>[0]);
                    if (method.path("name").asText().equals("<init>")) {
                        assertThat(type.getDeclaredConstructor(found)).isNotNull();
                    } else {
                        assertThat(type.getDeclaredMethod(method.path("name").asText(), found))
                                .isNotNull();
                    }
                }
                for (JsonNode field : entry.path("fields")) {
                    assertThat(type.getDeclaredField(field.path("name").asText()))
                            .isNotNull();
                }
            }));
        }
        assertThat(tests).isNotEmpty();
        return tests;
    }

    @Test
    void resources_without_a_wildcard_exist() throws IOException {
        for (JsonNode resource : metadata().path("resources")) {
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

    private static Class<?> type(String name) throws ClassNotFoundException {
        Class<?> primitive = PRIMITIVES.get(name);
        return primitive == null
                ? Class.forName(name, false, ReachabilityMetadataTest.class.getClassLoader())
                : primitive;
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream in = ReachabilityMetadataTest.class.getClassLoader().getResourceAsStream(FILE)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
