package io.sluice.service.cli;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigProblem;
import io.sluice.config.PipelineConfig;
import io.sluice.config.PipelineConfigReader;
import io.sluice.service.definition.PipelineDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the files that a command names, with every problem of every file at once. */
final class PipelineFiles {

    private PipelineFiles() {}

    /** @throws ConfigException when any file is refused, or two have one name */
    static List<PipelineConfig> read(List<Path> files) {
        return readDefined(files).stream().map(Defined::config).toList();
    }

    /**
     * A pipeline with the text that it comes from.
     *
     * @param config what the text says
     */
    record Defined(PipelineDefinition definition, PipelineConfig config) {}

    /** @throws ConfigException when any file is refused, or two have one name */
    static List<Defined> readDefined(List<Path> files) {
        List<ConfigProblem> problems = new ArrayList<>();
        Map<String, Path> names = new LinkedHashMap<>();
        List<Defined> defined = new ArrayList<>();
        PipelineConfigReader reader = PipelineConfigReader.ofProcess();
        for (Path file : files) {
            try {
                String text = reader.text(file);
                PipelineConfig config = reader.read(file.toString(), text);
                Path other = names.putIfAbsent(config.name(), file);
                if (other != null) {
                    problems.add(new ConfigProblem(
                            file.toString(),
                            1,
                            1,
                            "pipeline.name",
                            "the name '" + config.name() + "' is already that of " + other
                                    + "; give each pipeline its own, since it names what it owns at the source and in"
                                    + " the lake"));
                }
                defined.add(new Defined(
                        new PipelineDefinition(config.name(), text, PipelineDefinition.Origin.FILE, file.toString()),
                        config));
            } catch (ConfigException e) {
                problems.addAll(e.problems());
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        return defined;
    }
}
