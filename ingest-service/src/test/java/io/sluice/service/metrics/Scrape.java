package io.sluice.service.metrics;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;

/** An answer in Prometheus' text format or in OpenMetrics', parsed strictly. */
public final class Scrape {

    private static final Pattern SAMPLE =
            Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? ([-+]?[0-9.eE+-]+|NaN|[+-]Inf)");
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"(?:,|$)");

    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, String> helps = new HashMap<>();
    private final Map<String, Set<String>> labels = new TreeMap<>();
    private final Map<String, Double> values = new LinkedHashMap<>();

    private Scrape() {}

    /** Fails with the line that is not of the format. */
    public static Scrape of(String text) {
        Scrape scrape = new Scrape();
        text.lines().forEach(scrape::line);
        return scrape;
    }

    private void line(String line) {
        if (line.startsWith("# HELP ")) {
            String[] parts = line.split(" ", 4);
            helps.put(parts[2], parts.length > 3 ? parts[3] : "");
        } else if (line.startsWith("# TYPE ")) {
            String[] parts = line.split(" ", 4);
            // OpenMetrics names a counter without what its sample ends with.
            String family = parts[3].equals("counter") && !parts[2].endsWith("_total") ? parts[2] + "_total" : parts[2];
            Assertions.assertThat(types.put(family, parts[3]))
                    .as("second TYPE of %s", parts[2])
                    .isNull();
        } else if (!line.isBlank() && !line.startsWith("#")) {
            Matcher sample = SAMPLE.matcher(line);
            Assertions.assertThat(sample.matches()).as(line).isTrue();
            sample(sample.group(1), sample.group(2) == null ? "" : sample.group(2), sample.group(3), line);
        }
    }

    private void sample(String name, String labelText, String value, String line) {
        String family = family(name);
        // Of others' timers of what is under way the text has samples without a TYPE.
        if (name.startsWith("sluice_")) {
            Assertions.assertThat(types).as("TYPE before %s", line).containsKey(family);
        }
        Matcher label = LABEL.matcher(labelText);
        Map<String, String> found = new TreeMap<>();
        int end = 0;
        while (label.find()) {
            Assertions.assertThat(label.start()).as(line).isEqualTo(end);
            Assertions.assertThat(found.put(label.group(1), label.group(2)))
                    .as(line)
                    .isNull();
            end = label.end();
        }
        Assertions.assertThat(end).as(line).isEqualTo(labelText.length());
        Set<String> names = new TreeSet<>(found.keySet());
        names.remove("le");
        labels.computeIfAbsent(family, key -> new TreeSet<>()).addAll(names);
        double number = value.endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(value);
        Assertions.assertThat(values.put(name + found, number))
                .as("twice: %s", line)
                .isNull();
    }

    /** The family that a sample belongs to. */
    private String family(String name) {
        for (String suffix : new String[] {"_bucket", "_count", "_sum"}) {
            String base = name.endsWith(suffix) ? name.substring(0, name.length() - suffix.length()) : "";
            String type = types.getOrDefault(base, "");
            if (type.equals("histogram") || type.equals("summary")) {
                return base;
            }
        }
        return name;
    }

    /** Families whose name begins so, with their types. */
    public Map<String, String> families(String prefix) {
        Map<String, String> found = new TreeMap<>();
        types.forEach((name, type) -> {
            if (name.startsWith(prefix)) {
                found.put(name, type);
            }
        });
        return found;
    }

    public String help(String family) {
        return helps.getOrDefault(family, helps.getOrDefault(family.replaceFirst("_total$", ""), ""));
    }

    /** Names of a family's labels, without the one that tells buckets apart. */
    public Set<String> labels(String family) {
        return labels.getOrDefault(family, Set.of());
    }

    /** A sample's value; labels in the order of their names. */
    public double value(String name, String... labelsAndValues) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < labelsAndValues.length; i += 2) {
            wanted.put(labelsAndValues[i], labelsAndValues[i + 1]);
        }
        Assertions.assertThat(values).containsKey(name + wanted);
        return values.get(name + wanted);
    }

    /** All names that can be asked for: of samples, not of families. */
    public Set<String> sampleNames() {
        Set<String> names = new TreeSet<>();
        values.keySet().forEach(key -> names.add(key.substring(0, key.indexOf('{'))));
        return names;
    }
}
