package io.sluice.pipeline.lake;

import java.util.List;

/**
 * The lake table that notes rows without a place in the lake; owned by one pipeline in one epoch. It is written ahead:
 * what a cut or a part of a load leaves out is durable here before that is committed. So after a crash it can name a row
 * that the lake still has, or name it twice, and never lacks one. Safe for use by several threads.
 */
public interface DeadLetterLog {

    /** Everything that was ever written, in the order of writing. */
    List<DeadLetterEvent> events();

    /**
     * Writes events behind all others; durable and visible when this returns. They may be there even when it fails.
     *
     * @throws io.sluice.pipeline.error.PipelineException {@code FENCED} when a later owner has the table, otherwise as
     *     methods of {@link Lake} do
     */
    void append(List<DeadLetterEvent> events);
}
