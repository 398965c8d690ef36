package io.sluice.service.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.process.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Spark SQL in a JVM of its own, on the class path that the module {@code testkit/spark} wrote down. */
final class SparkReader {

    private static final String MAIN = "io.sluice.testkit.spark.SparkReadMain";
    private static final String CLASS_PATH = "io/sluice/testkit/spark/class-path.txt";
    private static final Duration LIMIT = Duration.ofMinutes(5);

    /** What Spark's own launcher opens to it on JDK 17 and later. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private final String uri;
    private final Path warehouse;
    private final Path answers;

    SparkReader(String uri, Path warehouse, Path answers) {
        this.uri = uri;
        this.warehouse = warehouse;
        this.answers = answers;
    }

    /**
     * What Spark answered.
     *
     * @param columns names and types, or why it refused
     * @param rows sorted
     */
    record Answer(List<String> columns, List<String> rows) {}

    /** Starts Spark, asks it everything, and returns its answers in the queries' order. */
    List<Answer> ask(List<String> queries) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(uri, warehouse.toString(), answers.toString()));
        arguments.addAll(queries);
        try (ChildProcess spark = ChildProcess.of(MAIN)
                .classPath(classPath())
                .jvmOptions("-Xmx1g", "-Djdk.reflect.useDirectMethodHandle=false", "-Duser.timezone=Asia/Kolkata")
                .jvmOptions(OPENED.stream()
                        .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED")
                        .toArray(String[]::new))
                .environment("SPARK_LOCAL_IP", "127.0.0.1")
                .arguments(arguments.toArray(String[]::new))
                .start()) {
            int exit = spark.awaitExit(LIMIT);
            assertThat(exit).as(() -> String.join("\n", spark.output())).isZero();
            spark.output().stream().filter(line -> line.startsWith("Spark ")).forEach(System.out::println);
        }
        List<Answer> result = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            List<String> lines = Files.readAllLines(answers.resolve(i + ".txt"), StandardCharsets.UTF_8);
            result.add(new Answer(List.of(lines.get(0).split("\t")), lines.subList(1, lines.size())));
        }
        return result;
    }

    private static String classPath() throws IOException {
        URL resource = SparkReader.class.getClassLoader().getResource(CLASS_PATH);
        assertThat(resource).as("Spark's class path: build with -Pslow").isNotNull();
        URLConnection connection = resource.openConnection();
        try (InputStream in = connection.getInputStream()) {
            String dependencies = new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
            return own(resource, connection) + File.pathSeparator + dependencies;
        }
    }

    /** The jar or the directory of classes that the resource is in. */
    private static Path own(URL resource, URLConnection connection) {
        try {
            if (connection instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            String url = resource.toString();
            return Path.of(new URI(url.substring(0, url.length() - CLASS_PATH.length())));
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
