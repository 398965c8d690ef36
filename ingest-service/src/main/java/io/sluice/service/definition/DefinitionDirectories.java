package io.sluice.service.definition;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigProblem;
import io.sluice.config.PipelineConfig;
import io.sluice.config.PipelineConfigReader;
import io.sluice.service.definition.PipelineDefinition.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * Keeps a fleet as the files of directories say. A look reads every file whole and compares texts, which sees what a
 * ConfigMap or a checkout does with links and times, and what events of a file system do not tell on every kind of
 * volume. What two looks in a row found counts, so a file that is being written is not taken for whole, and one that is
 * being replaced or renamed not for gone.
 *
 * <p>A file that is refused leaves its pipeline alone; a directory that cannot be read leaves all of its pipelines
 * alone. Used by one thread, but for {@link #refused}.
 */
public final class DefinitionDirectories {

    private final PipelineFleet fleet;
    private final PipelineConfigReader reader;
    private final List<Path> directories;
    private final Map<Path, String> seen = new HashMap<>();
    private final Map<Path, Decided> decided = new HashMap<>();
    private Set<Path> missed = Set.of();
    private final Map<String, Refused> refused = new ConcurrentSkipListMap<>();

    /**
     * Looks at nothing yet.
     *
     * @param reader reads the files
     * @param directories whose files named {@code *.yaml} and {@code *.yml} are definitions; those below are not
     */
    public DefinitionDirectories(PipelineFleet fleet, PipelineConfigReader reader, List<Path> directories) {
        this.fleet = fleet;
        this.reader = reader;
        this.directories = List.copyOf(directories);
    }

    /**
     * A file or a directory that is not followed.
     *
     * @param place the file
     * @param problems why
     */
    public record Refused(String place, List<ConfigProblem> problems) {}

    /** What was last decided of a file's text; without a name it was refused before it was known. */
    private record Decided(String text, String name) {}

    /** Files that are not followed now, ordered by name. Safe for use by any thread. */
    public List<Refused> refused() {
        return List.copyOf(refused.values());
    }

    /** The first look, in which what is there counts at once. */
    public void begin() {
        look();
        look();
    }

    /** Looks at all files and applies what changed since the look before. */
    public void look() {
        Map<Path, String> texts = new TreeMap<>();
        Set<Path> unreadable = new HashSet<>();
        for (Path directory : directories) {
            try {
                for (Path file : files(directory)) {
                    read(file, texts, unreadable);
                }
                refused.remove(directory.toString());
            } catch (IOException e) {
                unreadable.add(directory);
                refuse(directory, "the directory cannot be read: " + e + "; its pipelines go on as they are");
            }
        }
        Map<Path, String> settled = new TreeMap<>();
        texts.forEach((file, text) -> {
            if (text.equals(seen.get(file))) {
                settled.put(file, text);
            }
        });
        List<Path> missing = decided.keySet().stream()
                .filter(file -> !texts.containsKey(file)
                        && !unreadable.contains(file)
                        && !unreadable.contains(file.getParent()))
                .toList();
        List<Path> gone = missing.stream().filter(missed::contains).toList();
        missed = Set.copyOf(missing);
        seen.clear();
        seen.putAll(texts);
        Map<String, Path> names = new HashMap<>();
        decided.forEach((file, decision) -> {
            if (!gone.contains(file) && !decision.name().isEmpty()) {
                names.put(decision.name(), file);
            }
        });
        Map<String, Path> leaving = new LinkedHashMap<>();
        for (Path file : gone) {
            refused.remove(file.toString());
            Decided last = decided.remove(file);
            if (last != null && !last.name().isEmpty()) {
                leaving.put(last.name(), file);
            }
        }
        settled.forEach((file, text) -> {
            Decided before = decided.get(file);
            if (before == null || !before.text().equals(text)) {
                decide(file, text, before == null ? "" : before.name(), names, leaving);
            }
        });
        leaving.keySet().forEach(fleet::removeFile);
    }

    private void decide(Path file, String text, String nameBefore, Map<String, Path> names, Map<String, Path> leaving) {
        String name = nameBefore;
        try {
            PipelineConfig config = reader.read(file.toString(), text);
            Path other = names.get(config.name());
            if (other != null && !other.equals(file)) {
                throw problem(
                        file,
                        "the name '" + config.name() + "' is already that of " + other
                                + "; give each pipeline its own, since it names what it owns at the source and in the lake");
            }
            if (fleet.find(config.name())
                    .filter(known -> known.origin() == Origin.API)
                    .isPresent()) {
                throw problem(
                        file,
                        "the name '" + config.name() + "' is that of a pipeline that was made by the API;"
                                + " delete that one first");
            }
            fleet.applyFile(new PipelineDefinition(config.name(), text, Origin.FILE, file.toString()), config);
            if (!nameBefore.isEmpty() && !nameBefore.equals(config.name())) {
                names.remove(nameBefore);
                leaving.put(nameBefore, file);
            }
            name = config.name();
            names.put(name, file);
            leaving.remove(name);
            refused.remove(file.toString());
        } catch (ConfigException e) {
            refused.put(file.toString(), new Refused(file.toString(), e.problems()));
        } catch (RuntimeException e) {
            // Not made, or not kept: the same as a text that is wrong, and looked at again when it changes.
            refuse(file, String.valueOf(e.getMessage()));
        }
        decided.put(file, new Decided(text, name));
    }

    private static ConfigException problem(Path file, String message) {
        return new ConfigException(List.of(new ConfigProblem(file.toString(), 1, 1, "pipeline.name", message)));
    }

    private void refuse(Path place, String message) {
        refused.put(
                place.toString(),
                new Refused(place.toString(), List.of(new ConfigProblem(place.toString(), 1, 1, "", message))));
    }

    private void read(Path file, Map<Path, String> texts, Set<Path> unreadable) {
        try {
            if (Files.size(file) > PipelineConfigReader.MAX_FILE_BYTES) {
                throw new IOException("it has more than " + PipelineConfigReader.MAX_FILE_BYTES + " bytes");
            }
            texts.put(file, Files.readString(file, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            // Gone since the directory was listed, which the next look sees.
            unreadable.add(file);
        } catch (IOException e) {
            unreadable.add(file);
            refuse(file, "the file cannot be read: " + e + "; its pipeline goes on as it is");
        }
    }

    /** The files of a directory that are definitions, ordered by name. */
    public static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(file -> {
                        String name = String.valueOf(file.getFileName());
                        return !name.startsWith(".") && (name.endsWith(".yaml") || name.endsWith(".yml"));
                    })
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
