package io.sluice.service.api;

import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import java.util.function.Predicate;

/** What happens from now on, for one reader. */
final class EventStream {

    private static final int EVENTS_BUFFERED = 1024;

    private EventStream() {}

    /** The events that match. A reader that is too slow loses its stream rather than holding a pipeline up. */
    static Multi<EventJson> of(PipelineRegistry registry, Predicate<PipelineEvent> wanted) {
        return Multi.createFrom()
                .<PipelineEvent>emitter(
                        emitter -> {
                            PipelineRegistry.Watching watching = registry.watch(emitter::emit);
                            emitter.onTermination(watching::close);
                        },
                        BackPressureStrategy.IGNORE)
                .filter(wanted)
                .map(EventJson::of)
                .onOverflow()
                .buffer(EVENTS_BUFFERED);
    }
}
