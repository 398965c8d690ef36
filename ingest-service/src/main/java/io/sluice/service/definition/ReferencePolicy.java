package io.sluice.service.definition;

import io.sluice.config.CatalogConfig;
import io.sluice.config.ConfigException;
import io.sluice.config.ConfigProblem;
import io.sluice.config.PipelineConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a definition of the API may name: no class but those of the libraries that Sluice comes with, no connection
 * property that makes a driver load a class, read a file or run a statement, and no file outside the allowed
 * directories. Whoever may write files on the service's machine is not held to this. Immutable.
 */
final class ReferencePolicy {

    private static final Set<String> CATALOGS = Set.of("jdbc", "rest", "hadoop", "glue", "hive", "nessie");
    private static final List<String> PACKAGES = List.of(
            "org.apache.iceberg.",
            "org.apache.hadoop.fs.",
            "org.apache.hadoop.hdfs.",
            "software.amazon.awssdk.auth.credentials.",
            "com.amazonaws.auth.");

    /** A dotted name whose last part begins with a capital. */
    private static final Pattern CLASS =
            Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)*\\.[A-Z]\\w*(\\$\\w+)*");

    /** Hadoop runs these, or reads them as files. */
    private static final Pattern PROGRAM_OR_FILE = Pattern.compile(
            ".*(credential\\.provider\\.path|\\.program|\\.command|\\.script|keytab|truststore|keystore).*");

    private static final List<String> JDBC = List.of("jdbc:sqlite:", "jdbc:postgresql:");

    /** Of PostgreSQL's and SQLite's drivers: classes, files, statements. */
    private static final Set<String> DANGEROUS = Set.of(
            "socketfactory",
            "socketfactoryarg",
            "sslfactory",
            "sslfactoryarg",
            "sslhostnameverifier",
            "sslpasswordcallback",
            "authenticationpluginclassname",
            "xmlfactoryfactory",
            "loggerfile",
            "loggerlevel",
            "service",
            "sslcert",
            "sslkey",
            "sslrootcert",
            "jaasapplicationname",
            "enable_load_extension",
            "init");

    private final List<Path> directories;

    /** @param directories where files may be */
    ReferencePolicy(List<Path> directories) {
        this.directories = List.copyOf(directories);
    }

    /** @throws ConfigException with everything that the definition may not name; never with a property's value */
    void require(PipelineConfig config) {
        List<ConfigProblem> problems = new ArrayList<>();
        CatalogConfig catalog = config.sink().catalog();
        if (!CATALOGS.contains(catalog.type()) && !isAllowed(catalog.type())) {
            problems.add(
                    problem("sink.catalog.type", "this class may not be named by a definition that comes by the API"));
        }
        catalog.uri().filter(uri -> uri.startsWith("jdbc:")).ifPresent(uri -> requireUri(uri, problems));
        catalog.revealProperties().forEach((key, value) -> requireProperty(key, value, problems));
        config.source().sslRootCert().ifPresent(file -> requireFile("source.ssl-root-cert", file, problems));
        config.source().sslCert().ifPresent(file -> requireFile("source.ssl-cert", file, problems));
        config.source().sslKey().ifPresent(file -> requireFile("source.ssl-key", file, problems));
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
    }

    private void requireFile(String field, Path file, List<ConfigProblem> problems) {
        try {
            if (!AllowedFiles.isBelow(file, directories)) {
                problems.add(problem(
                        field,
                        "a definition that comes by the API names files below the directories of"
                                + " sluice.api.secret-directories only"));
            }
        } catch (IOException e) {
            problems.add(problem(field, "there is no file " + file + " that the service can read"));
        }
    }

    private static void requireUri(String uri, List<ConfigProblem> problems) {
        if (JDBC.stream().noneMatch(uri::startsWith)) {
            problems.add(problem(
                    "sink.catalog.uri",
                    "a definition that comes by the API may name databases of SQLite and PostgreSQL only"));
        }
        int query = uri.indexOf('?');
        String parameters = query < 0 ? "" : uri.substring(query + 1);
        for (String parameter : parameters.split("[&;]")) {
            String name = parameter.replaceFirst("=.*", "");
            // A name that is written with escapes is another way of writing one of these.
            if (isDangerous(name) || name.contains("%")) {
                problems.add(problem(
                        "sink.catalog.uri",
                        "a parameter of the URI that makes the driver load classes, read files or run statements may not"
                                + " be named by a definition that comes by the API"));
            }
        }
    }

    private static void requireProperty(String key, String value, List<ConfigProblem> problems) {
        String name = key.toLowerCase(Locale.ROOT);
        boolean foreignClass = false;
        for (String part : value.split("[,\\s]+")) {
            foreignClass |= CLASS.matcher(part).matches() && !isAllowed(part);
        }
        boolean refused = foreignClass
                || PROGRAM_OR_FILE.matcher(name).matches()
                || name.startsWith("jdbc.") && isDangerous(name.substring("jdbc.".length()));
        if (refused) {
            problems.add(problem(
                    "sink.catalog.properties." + key,
                    "a definition that comes by the API may not name this property with this value: it makes the service"
                            + " load classes, run programs or read files"));
        }
    }

    private static boolean isDangerous(String parameter) {
        return DANGEROUS.contains(parameter.strip().toLowerCase(Locale.ROOT));
    }

    private static boolean isAllowed(String className) {
        return PACKAGES.stream().anyMatch(className::startsWith);
    }

    private static ConfigProblem problem(String path, String message) {
        return new ConfigProblem("body", 1, 1, path, message);
    }
}
