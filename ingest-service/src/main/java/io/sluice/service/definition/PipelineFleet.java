package io.sluice.service.definition;

import io.sluice.config.ConfigException;
import io.sluice.config.ConfigProblem;
import io.sluice.config.PipelineConfig;
import io.sluice.config.PipelineConfigReader;
import io.sluice.service.definition.DefinitionStore.Intent;
import io.sluice.service.definition.PipelineDefinition.Origin;
import io.sluice.service.definition.RefusedChangeException.Reason;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/**
 * Applies definitions: takes pipelines in, replaces them by what a new text says, and lets them go. A text that is
 * refused changes nothing. Safe for use by several threads; changes of one pipeline follow one another, those of
 * different ones do not wait for each other.
 */
public final class PipelineFleet {

    private final PipelineRegistry registry;
    private final Verifications verifications;
    private final PipelineFactory factory;
    private final Limits limits;
    private final Map<String, PipelineDefinition> definitions = new ConcurrentSkipListMap<>();
    private final Map<String, Object> locks = new ConcurrentHashMap<>();
    private final PipelineConfigReader apiReader;
    private final ReferencePolicy policy;
    private volatile Optional<DefinitionStore> store = Optional.empty();

    /**
     * How much there may be.
     *
     * @param pipelines of all origins, 1 or more
     */
    public record Limits(int pipelines) {}

    /**
     * A fleet without a pipeline.
     *
     * @param apiReader reads texts of the API, with what references they may have
     * @param policy what they may name
     */
    PipelineFleet(
            PipelineRegistry registry,
            Verifications verifications,
            PipelineFactory factory,
            PipelineConfigReader apiReader,
            ReferencePolicy policy,
            Limits limits) {
        this.registry = registry;
        this.verifications = verifications;
        this.factory = factory;
        this.apiReader = apiReader;
        this.policy = policy;
        this.limits = limits;
    }

    /** What a change did. */
    public enum Change {
        CREATED,
        REPLACED,
        UNCHANGED
    }

    /** What becomes of a pipeline that is new. */
    public enum Begin {
        STARTED,
        STOPPED
    }

    /** All definitions, ordered by name. */
    public List<PipelineDefinition> definitions() {
        return List.copyOf(definitions.values());
    }

    /** The definition of the pipeline of this name; empty where it was not made from one. */
    public Optional<PipelineDefinition> find(String name) {
        return Optional.ofNullable(definitions.get(name));
    }

    /**
     * Reads a text of the API.
     *
     * @throws ConfigException with everything that is wrong with it
     */
    public PipelineConfig check(String text) {
        PipelineConfig config = apiReader.read("body", text);
        policy.require(config);
        return config;
    }

    /**
     * Keeps definitions of the API in a directory from now on, and takes in those that are there.
     *
     * @return those that were refused, with the reason
     */
    public Map<String, ConfigException> keepIn(Path directory) {
        DefinitionStore opened = new DefinitionStore(directory);
        store = Optional.of(opened);
        Map<String, ConfigException> refused = new ConcurrentSkipListMap<>();
        for (DefinitionStore.Kept kept : opened.load()) {
            PipelineDefinition definition = kept.definition();
            try {
                PipelineDefinition other = definitions.get(definition.name());
                if (other != null) {
                    throw clash(other);
                }
                install(
                        definition,
                        make(check(definition.text())),
                        kept.intent() == Intent.RUN ? Begin.STARTED : Begin.STOPPED);
            } catch (ConfigException e) {
                refused.put(definition.name(), e);
            }
        }
        return refused;
    }

    private static ConfigException clash(PipelineDefinition other) {
        return new ConfigException(List.of(new ConfigProblem(
                "the API's definition of " + other.name(),
                1,
                1,
                "pipeline.name",
                "the name '" + other.name() + "' is that of " + other.place() + " too, which has precedence;"
                        + " delete one of the two")));
    }

    /**
     * Creates a pipeline for a request.
     *
     * @throws RefusedChangeException when it is not made
     * @throws ConfigException when the text is refused
     */
    public PipelineDefinition create(String text, Begin begin) {
        PipelineConfig config = check(text);
        PipelineDefinition definition = new PipelineDefinition(config.name(), text, Origin.API, "the API");
        synchronized (lock(config.name())) {
            if (definitions.containsKey(config.name())
                    || registry.find(config.name()).isPresent()) {
                throw new RefusedChangeException(
                        Reason.EXISTS,
                        "There is a pipeline named '" + config.name() + "' already; PUT /api/v1/pipelines/"
                                + config.name() + " replaces its definition.");
            }
            PipelineFactory.Made made = make(config);
            keep(definition, begin);
            install(definition, made, begin);
        }
        return definition;
    }

    /**
     * Creates a pipeline or replaces its definition, for a request. The same text again changes nothing. A pipeline that
     * was stopped by hand stays stopped.
     *
     * @param expected is asked about the revision that there is; empty when there is no pipeline
     * @throws RefusedChangeException when it is not made
     * @throws ConfigException when the text is refused
     */
    public Change put(String name, String text, Predicate<Optional<String>> expected, Begin begin) {
        PipelineConfig config = check(text);
        requireName(name, config);
        PipelineDefinition definition = new PipelineDefinition(name, text, Origin.API, "the API");
        synchronized (lock(name)) {
            Optional<PipelineDefinition> present = find(name);
            require(name, present, expected);
            if (present.isPresent() && present.get().text().equals(text)) {
                return Change.UNCHANGED;
            }
            PipelineFactory.Made made = make(config);
            Begin next = present.isEmpty() ? begin : wish(name);
            keep(definition, next);
            return install(definition, made, next);
        }
    }

    /** A text that is to be the definition of a pipeline of another name is refused. */
    public static void requireName(String name, PipelineConfig config) {
        if (!config.name().equals(name)) {
            throw new RefusedChangeException(
                    Reason.OTHER_NAME,
                    "The path names pipeline '" + name + "', the body names '" + config.name()
                            + "'; a pipeline cannot be renamed, because its slot and its lake tables bear its name.");
        }
    }

    /**
     * Ends a pipeline and forgets it, for a request. Its slot at the source and its tables in the lake stay.
     *
     * @throws RefusedChangeException when that is not done
     */
    public void remove(String name, Predicate<Optional<String>> expected) {
        synchronized (lock(name)) {
            Optional<PipelineDefinition> present = find(name);
            if (present.isEmpty()) {
                throw new RefusedChangeException(
                        Reason.UNKNOWN,
                        "There is no pipeline named '" + name + "' that was made by the API or a watched file.");
            }
            require(name, present, expected);
            letGo(name);
            store.ifPresent(kept -> kept.delete(name));
        }
    }

    /** Applies the text of a file, which was found to be right; the same text again changes nothing. */
    public Change applyFile(PipelineDefinition definition, PipelineConfig config) {
        synchronized (lock(definition.name())) {
            Optional<PipelineDefinition> present = find(definition.name());
            if (present.isPresent() && present.get().text().equals(definition.text())) {
                definitions.put(definition.name(), definition);
                return Change.UNCHANGED;
            }
            return install(definition, make(config), present.isPresent() ? wish(definition.name()) : Begin.STARTED);
        }
    }

    /** Takes in the pipeline of a file without starting it. */
    public void addFile(PipelineDefinition definition, PipelineConfig config) {
        synchronized (lock(definition.name())) {
            install(definition, make(config), Begin.STOPPED);
        }
    }

    /** Ends and forgets the pipeline of a file that is gone. */
    public void removeFile(String name) {
        synchronized (lock(name)) {
            if (find(name).filter(known -> known.origin() == Origin.FILE).isPresent()) {
                letGo(name);
            }
        }
    }

    /** The pipeline was asked to run, or not to; a definition of the API remembers that across restarts. */
    public void asked(String name, Begin begin) {
        if (find(name).filter(known -> known.origin() == Origin.API).isPresent()) {
            store.ifPresent(kept -> kept.intend(name, begin == Begin.STARTED ? Intent.RUN : Intent.STAY_STOPPED));
        }
    }

    private Object lock(String name) {
        return locks.computeIfAbsent(name, key -> new Object());
    }

    private void require(String name, Optional<PipelineDefinition> present, Predicate<Optional<String>> expected) {
        if (present.filter(known -> known.origin() == Origin.FILE).isPresent()) {
            throw new RefusedChangeException(
                    Reason.DEFINED_BY_FILE,
                    "Pipeline " + name + " is defined by " + present.get().place() + "; change that file instead.");
        }
        if (present.isEmpty() && registry.find(name).isPresent()) {
            throw new RefusedChangeException(
                    Reason.DEFINED_BY_FILE, "Pipeline " + name + " was not made by the API; it cannot be changed.");
        }
        if (!expected.test(present.map(PipelineDefinition::revision))) {
            throw new RefusedChangeException(
                    Reason.OUTDATED,
                    "Pipeline " + name + " has "
                            + present.map(known -> "revision \"" + known.revision() + "\"")
                                    .orElse("no definition")
                            + " now; GET it, look at what changed, and ask again.");
        }
    }

    private void keep(PipelineDefinition definition, Begin begin) {
        DefinitionStore kept = store.orElseThrow(() -> new RefusedChangeException(
                Reason.NOT_KEPT,
                "This process takes no definitions by its API, because it has no place to keep them; start it as"
                        + " 'sluice run' without --until-caught-up; with leader election also with --definitions, a directory"
                        + " that all replicas share."));
        kept.put(definition);
        kept.intend(definition.name(), begin == Begin.STARTED ? Intent.RUN : Intent.STAY_STOPPED);
    }

    /** What the pipeline does now is what it shall do afterwards. */
    private Begin wish(String name) {
        return registry.find(name)
                .map(pipeline -> pipeline.status().state())
                .map(state -> state.isActive() || state == PipelineState.FAILED ? Begin.STARTED : Begin.STOPPED)
                .orElse(Begin.STARTED);
    }

    private PipelineFactory.Made make(PipelineConfig config) {
        if (registry.find(config.name()).isEmpty() && registry.pipelines().size() >= limits.pipelines()) {
            throw new RefusedChangeException(
                    Reason.TOO_MANY,
                    "There are " + limits.pipelines() + " pipelines, which is as many as this process may have"
                            + " (sluice.limits.pipelines).");
        }
        return factory.make(config);
    }

    private Change install(PipelineDefinition definition, PipelineFactory.Made made, Begin begin) {
        String name = definition.name();
        Optional<Pipeline> before = registry.find(name);
        before.ifPresent(Pipeline::close);
        registry.put(made.pipeline());
        verifications.offer(name, made.verification());
        definitions.put(name, definition);
        registry.accept(new PipelineEvent.DefinitionChanged(
                name,
                before.isPresent()
                        ? PipelineEvent.DefinitionChanged.Kind.REPLACED
                        : PipelineEvent.DefinitionChanged.Kind.CREATED,
                definition.revision()));
        if (begin == Begin.STARTED) {
            begin(made.pipeline());
        }
        return before.isPresent() ? Change.REPLACED : Change.CREATED;
    }

    /** Everybody has known the pipeline since it was put into the registry, and may start it before this does. */
    private static void begin(Pipeline pipeline) {
        try {
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
        } catch (IllegalStateException startedAlready) {
            // What was asked for has been done.
        }
    }

    private void letGo(String name) {
        registry.find(name).ifPresent(Pipeline::close);
        verifications.withdraw(name);
        registry.remove(name);
        PipelineDefinition gone = definitions.remove(name);
        registry.accept(new PipelineEvent.DefinitionChanged(
                name, PipelineEvent.DefinitionChanged.Kind.REMOVED, gone == null ? "" : gone.revision()));
    }
}
