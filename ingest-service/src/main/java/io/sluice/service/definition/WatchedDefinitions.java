package io.sluice.service.definition;

import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/** What of all definitions is not followed, wherever they come from. Safe for use by several threads. */
@Singleton
public class WatchedDefinitions {

    private final Map<String, DefinitionDirectories.Refused> kept = new ConcurrentSkipListMap<>();
    private volatile Optional<DefinitionDirectories> directories = Optional.empty();

    /** From now on tells what these directories refuse too. */
    public void watch(DefinitionDirectories watched) {
        directories = Optional.of(watched);
    }

    /** A kept definition of the API could not be taken in. */
    public void refuse(DefinitionDirectories.Refused refused) {
        kept.put(refused.place(), refused);
    }

    /** What is not followed now. */
    public List<DefinitionDirectories.Refused> refused() {
        return Stream.concat(
                        kept.values().stream(), directories.stream().flatMap(watched -> watched.refused().stream()))
                .toList();
    }
}
