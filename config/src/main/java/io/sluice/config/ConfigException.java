package io.sluice.config;

import java.util.List;
import java.util.stream.Collectors;

/** A pipeline's file that was refused, with everything that is wrong with it in the order of the file's lines. */
public final class ConfigException extends RuntimeException {

    private final List<ConfigProblem> problems;

    /** @param problems at least one */
    public ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Every problem, ordered by line and column. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
