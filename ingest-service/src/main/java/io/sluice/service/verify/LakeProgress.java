package io.sluice.service.verify;

import io.sluice.pipeline.position.Position;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.util.Optional;
import java.util.function.Function;

/** How far the lake is, for whoever waits for it to pass a position. */
@FunctionalInterface
public interface LakeProgress {

    /** How far it is now. */
    Reached now();

    /**
     * How far the lake is.
     *
     * @param published everything up to here is published in every table that is followed; empty when nobody knows
     * @param follows whether the pipeline is at work, so that the lake goes on
     */
    record Reached(Optional<Position> published, boolean follows) {

        boolean covers(Position position) {
            return published.filter(reached -> reached.covers(position)).isPresent();
        }
    }

    /** As the source knows it: the slot is told of what is durable, and is in use while a pipeline follows it. */
    static LakeProgress ofSlot(PostgresDatabase database) {
        return () -> database.streamProgress()
                .map(progress -> new Reached(Optional.of(progress.confirmed()), progress.inUse()))
                .orElse(new Reached(Optional.empty(), false));
    }

    /** As a pipeline of this process knows it while it is at work, and as the source knows it otherwise. */
    static LakeProgress of(Pipeline pipeline, Function<String, Position> parser, LakeProgress otherwise) {
        return () -> {
            PipelineStatus status = pipeline.status();
            boolean follows = status.state() == PipelineState.RUNNING
                    || status.state() == PipelineState.STARTING
                    || status.state() == PipelineState.RETRYING;
            return follows ? new Reached(status.position().map(parser), true) : otherwise.now();
        };
    }
}
