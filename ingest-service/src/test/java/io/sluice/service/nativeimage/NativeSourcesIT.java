package io.sluice.service.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a builder of native images would be given by {@code -Pnative-sources}, and what it does when a JVM runs it. */
@ExtendWith(PostgresExtension.class)
@EnabledIfSystemProperty(
        named = NativeSources.PROPERTY,
        matches = ".+",
        disabledReason = "only mvn -Pnative-sources makes the sources")
class NativeSourcesIT {

    private static final String METADATA =
            "META-INF/native-image/io.sluice/sluice-ingest-service/reachability-metadata.json";
    private static final Path TRACED = Path.of(
            "src",
            "main",
            "resources",
            "META-INF",
            "native-image",
            "io.sluice",
            "traced",
            "reachability-metadata.json");

    /** Class, and where it is from, in a line of the JVM's log. */
    private static final Pattern LOADED = Pattern.compile("\\] (\\S+) source: (.+)$");

    /** Hidden classes of the JDK's method handles and lambdas, which the builder makes when it compiles their call sites. */
    private static final Pattern OF_CALL_SITE = Pattern.compile("java\\.lang\\.invoke\\..*|.*\\$\\$Lambda[$/].*"
            + "|.*\\$\\$InjectedInvoker/.*|java\\.lang\\.String\\$\\$StringConcat/.*");

    @TempDir
    static Path directory;

    private static TracedService service;

    @BeforeAll
    static void run(TestDatabase database) throws Exception {
        service = new TracedService(directory);
        service.run(NativeSources.directory(), database);
    }

    @Test
    void the_builder_is_given_the_jar_its_libraries_and_the_metadata() throws IOException {
        Path sources = NativeSources.directory();
        Path jar = NativeSources.jar(sources);
        List<String> arguments = List.of(
                Files.readString(sources.resolve("native-image.args")).strip().split("\\s+", -1));
        assertThat(arguments)
                .contains("--no-fallback", "-jar", jar.getFileName().toString())
                .contains("--enable-url-protocols=http,https")
                .contains("--add-opens=java.base/java.nio=ALL-UNNAMED")
                .anyMatch(argument ->
                        argument.startsWith("--features=") && argument.contains("io.quarkus.runner.Feature"));
        assertThat(sources.resolve("graalvm.version")).isNotEmptyFile();
        try (JarFile content = new JarFile(jar.toFile())) {
            for (String wanted :
                    List.of(METADATA, "META-INF/native-image/reflect-config.json", "io/quarkus/runner/Feature.class")) {
                assertThat(content.getEntry(wanted)).as(wanted).isNotNull();
            }
            try (InputStream in = content.getInputStream(content.getEntry(METADATA))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo(Files.readString(
                                Path.of("src", "main", "resources").resolve(METADATA)));
            }
            for (String library : content.getManifest()
                    .getMainAttributes()
                    .getValue("Class-Path")
                    .strip()
                    .split(" +", -1)) {
                assertThat(sources.resolve(library)).exists();
            }
        }
    }

    @Test
    void everything_that_is_looked_up_is_named_by_metadata() throws IOException {
        List<Path> jars = new ArrayList<>(NativeSources.libraries(NativeSources.directory()));
        jars.add(NativeSources.jar(NativeSources.directory()));
        Reachability reachability = Reachability.of(jars);
        Map<String, Lookup> missing = new TreeMap<>();
        int needed = 0;
        for (Lookup lookup : service.lookups()) {
            if (LookupRules.isNeeded(lookup)) {
                needed++;
                if (!reachability.covers(lookup)) {
                    missing.putIfAbsent(lookup.text(), lookup);
                }
            }
        }
        // The run does what it is for: the trace is not empty.
        assertThat(needed).isGreaterThan(500);
        if (Boolean.getBoolean(NativeSources.PROPERTY + ".write")) {
            TracedMetadata.add(TRACED, missing.values());
        }
        assertThat(missing.values().stream().map(lookup -> lookup.text() + "  by " + lookup.user()))
                .as("Looked up and not named; -D%s.write=true adds them to %s", NativeSources.PROPERTY, TRACED)
                .isEmpty();
    }

    @Test
    void no_class_is_made_while_it_runs() throws IOException {
        List<String> made = new ArrayList<>();
        int read = 0;
        for (String line : Files.readAllLines(service.classes())) {
            Matcher loaded = LOADED.matcher(line);
            if (loaded.find()) {
                read++;
                if (!isRead(loaded.group(2)) && !isOfJvm(loaded.group(1), loaded.group(2))) {
                    made.add(loaded.group(1) + " from " + loaded.group(2));
                }
            }
        }
        assertThat(read).isGreaterThan(5_000);
        assertThat(made).isEmpty();
    }

    private static boolean isRead(String source) {
        return source.startsWith("jrt:")
                || source.startsWith("file:")
                || source.endsWith(".jar")
                || source.equals("shared objects file")
                || source.equals("__VM_RedefineClasses__");
    }

    /** Call sites, how this JVM calls what was looked up, and proxies, which are lookups of their own. */
    private static boolean isOfJvm(String name, String source) {
        return OF_CALL_SITE.matcher(name).matches()
                || source.equals("__ClassDefiner__") && name.startsWith("jdk.internal.reflect.Generated")
                || source.equals("__dynamic_proxy__") && name.contains("$Proxy");
    }
}
