package io.sluice.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;

/** What docs/operations.md promises of the metrics. */
public final class DocumentedMetrics {

    private static final Pattern ROW = Pattern.compile("\\| `(sluice_[a-z_]+)` \\| (\\w+) \\| ([^|]*) \\| .+ \\|");

    private DocumentedMetrics() {}

    /** A file of the repository, whatever module the test runs in. */
    public static Path file(String name) {
        Path here = Path.of("").toAbsolutePath();
        while (here != null && !Files.exists(here.resolve("docs").resolve("operations.md"))) {
            here = here.getParent();
        }
        return here.resolve(name);
    }

    /** Type and labels by name. */
    static Map<String, String> rows() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        for (String line : Files.readAllLines(file("docs/operations.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.put(row.group(1), row.group(2) + " " + labels(row.group(3)));
            }
        }
        return rows;
    }

    private static Set<String> labels(String cell) {
        Set<String> names = new TreeSet<>();
        Arrays.stream(cell.split(","))
                .map(String::strip)
                .filter(name -> name.startsWith("`"))
                .map(name -> name.replace("`", ""))
                .forEach(names::add);
        return names;
    }

    /**
     * Everything of ours in the answer is documented with its type and labels, and the other way round; what does not belong to a
     * pipeline may be missing, for it depends on how the process was started.
     */
    public static void assertSame(Scrape scrape) throws IOException {
        Map<String, String> found = new TreeMap<>();
        scrape.families("sluice_").forEach((name, type) -> found.put(name, type + " " + scrape.labels(name)));
        Map<String, String> expected = rows();
        for (String name : ofTheProcess()) {
            if (!found.containsKey(name)) {
                expected.remove(name);
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    /** Names of metrics that do not belong to a pipeline. */
    static Set<String> ofTheProcess() throws IOException {
        Set<String> names = new TreeSet<>();
        rows().forEach((name, row) -> {
            if (!row.contains("pipeline")) {
                names.add(name);
            }
        });
        return names;
    }

    /** Prometheus' conventions of names, units and helps. */
    public static void assertConventions(Scrape scrape) {
        SoftAssertions softly = new SoftAssertions();
        scrape.families("sluice_").forEach((name, type) -> {
            softly.assertThat(name).matches("sluice(_[a-z]+)+");
            softly.assertThat(scrape.help(name)).as("help of %s", name).isNotBlank();
            softly.assertThat(name.endsWith("_total")).as(name).isEqualTo(type.equals("counter"));
            softly.assertThat(type).as(name).isIn("counter", "gauge", "histogram", "summary");
            softly.assertThat(name).doesNotContain("_millis", "_ms", "_kb", "_mb", "_percent", "_minutes");
            if (type.equals("histogram") || type.equals("summary")) {
                softly.assertThat(name).endsWith("_seconds");
            }
            softly.assertThat(scrape.labels(name))
                    .isSubsetOf("pipeline", "table", "phase", "state", "kind", "step", "on");
        });
        softly.assertAll();
    }
}
