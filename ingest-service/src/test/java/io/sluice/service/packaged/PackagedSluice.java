package io.sluice.service.packaged;

import io.sluice.testkit.postgres.TestDatabase;
import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.tls.TestAuthority;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The service as it is packaged, for tests that start it in a process of its own, and a pipeline for it to run. */
public final class PackagedSluice {

    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

    private PackagedSluice() {}

    /** A process that starts in the directory; settings are further options of its virtual machine. */
    public static ChildProcess.Builder in(Path directory, String... settings) {
        List<String> options = new ArrayList<>(List.of("-Xmx512m", "--add-opens=java.base/java.nio=ALL-UNNAMED"));
        options.addAll(List.of(settings));
        return ChildProcess.ofJar(JAR)
                .jvmOptions(options.toArray(String[]::new))
                .directory(directory);
    }

    /** The settings of a process that trusts what the authority signed, and nothing else. */
    public static String[] trusting(TestAuthority authority) {
        return new String[] {
            "-Djavax.net.ssl.trustStore=" + authority.trustStore(),
            "-Djavax.net.ssl.trustStorePassword=" + TestAuthority.STORE_PASSWORD
        };
    }

    /** A pipeline from {@code public.items} to a catalog, whose lines come without indentation. */
    public static String itemsPipeline(String name, Path directory, TestDatabase database, String catalog) {
        return """
                pipeline:
                  name: %6$s
                  commit-interval: 200ms
                  state-directory: "%1$s/state"
                source:
                  type: postgres
                  hostname: %2$s
                  port: %3$d
                  database-name: %4$s
                  username: %5$s
                  tables: public.items
                sink:
                  type: iceberg
                  namespace: shop
                  catalog:
                %7$s""".formatted(
                directory, database.host(), database.port(), database.name(), database.user(), name, catalog.indent(4));
    }

    /** A catalog and a warehouse of files in the directory. */
    public static String localCatalog(Path directory) {
        return """
                type: jdbc
                uri: "jdbc:sqlite:%1$s/catalog.db"
                warehouse: "%1$s/warehouse"
                """.formatted(directory);
    }
}
