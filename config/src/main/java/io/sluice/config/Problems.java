package io.sluice.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything that is wrong with one file, so that its author sees it all at once. */
final class Problems {

    private final String file;
    private final List<ConfigProblem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void add(Place place, String message) {
        found.add(new ConfigProblem(file, place.line(), place.column(), place.path(), message));
    }

    /** @throws ConfigException when anything was added */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw exception();
        }
    }

    ConfigException exception() {
        return new ConfigException(found.stream()
                .sorted(Comparator.comparingInt(ConfigProblem::line).thenComparingInt(ConfigProblem::column))
                .toList());
    }
}
