package io.sluice.service.runtime;

import java.util.EnumSet;
import java.util.Set;

/**
 * Whether a pipeline runs. Nothing of this is durable: after a crash a pipeline is {@link #STOPPED}, and what it had
 * reached stands in the lake.
 *
 * <pre>
 * STOPPED ──start──▶ STARTING ──ready──▶ RUNNING ◀──resume/pause──▶ PAUSED
 *    ▲                  │ ▲ │               │                          │
 *    │                  │ │ └─▶ RETRYING ◀──┤ (a fault that passes) ◀──┤
 *    │                  │ └─────────┘       │                          │
 *    └──── STOPPING ◀───┴───────stop────────┴──────────────────────────┘
 *                 any of the running states ──fault that stays──▶ FAILED ──start──▶ STARTING
 * </pre>
 */
public enum PipelineState {
    /** Not running; entered when created and when a stop is complete. */
    STOPPED,
    /** Connecting and taking the lake over. */
    STARTING,
    /** Waiting to try again after a fault that may pass; the status says which and when the next attempt is. */
    RETRYING,
    /** Reading and publishing. */
    RUNNING,
    /** Holding still on request; the source keeps its log meanwhile. */
    PAUSED,
    /** Finishing or giving up the open cut. */
    STOPPING,
    /** Ended by a fault that does not pass by itself; the status says which and what to do. */
    FAILED;

    /** The states that may follow this one. */
    Set<PipelineState> next() {
        return switch (this) {
            case STOPPED, FAILED -> EnumSet.of(STARTING);
            case STARTING -> EnumSet.of(RUNNING, RETRYING, PAUSED, STOPPING, FAILED);
            case RETRYING -> EnumSet.of(STARTING, STOPPING, FAILED);
            case RUNNING -> EnumSet.of(RETRYING, PAUSED, STOPPING, FAILED);
            case PAUSED -> EnumSet.of(RUNNING, RETRYING, STOPPING, FAILED);
            case STOPPING -> EnumSet.of(STOPPED, FAILED);
        };
    }

    /** Whether a thread is at work for the pipeline. */
    public boolean isActive() {
        return this != STOPPED && this != FAILED;
    }
}
