package io.sluice.service;

import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import picocli.CommandLine;

/** Takes commands from the container where they are beans, and makes everything else as picocli does. */
@Singleton
public final class BeanCommandFactory implements CommandLine.IFactory {
    private final Instance<Object> beans;

    @Inject
    BeanCommandFactory(@Any Instance<Object> beans) {
        this.beans = beans;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (type.isInterface()) {
            // picocli asks for a List or a Map to collect values in; the container would answer with beans of its own.
            return CommandLine.defaultFactory().create(type);
        }
        Instance<K> candidates = beans.select(type);
        return candidates.isResolvable()
                ? candidates.get()
                : CommandLine.defaultFactory().create(type);
    }
}
