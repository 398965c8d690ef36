package io.sluice.service.observe;

import io.sluice.pipeline.source.SourceDatabase;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the source from time to time how much of its log it keeps for the pipeline, on a thread of its own: a source that
 * does not answer holds nothing else up. Not known is better than old: without an answer there is no figure.
 */
final class RetainedLogProbe implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RetainedLogProbe.class);

    private final SourceDatabase source;
    private final Observation observation;
    private final Thread thread;
    private volatile boolean closed;

    private RetainedLogProbe(SourceDatabase source, Observation observation) {
        this.source = source;
        this.observation = observation;
        this.thread = new Thread(this::run, "source-probe-" + observation.pipeline());
        thread.setDaemon(true);
    }

    static RetainedLogProbe start(SourceDatabase source, Observation observation) {
        RetainedLogProbe probe = new RetainedLogProbe(source, observation);
        probe.thread.start();
        return probe;
    }

    private void run() {
        try {
            while (!closed) {
                Thread.sleep(observation.probeInterval().toMillis());
                tell(ask());
            }
        } catch (InterruptedException e) {
            // Closed while it waited.
            Thread.currentThread().interrupt();
        }
    }

    private OptionalLong ask() {
        try {
            return source.retainedLog();
        } catch (RuntimeException e) {
            // The pipeline's own requests meet the same trouble and say so.
            LOG.debug("The source does not tell what it keeps for pipeline {}", observation.pipeline(), e);
            return OptionalLong.empty();
        }
    }

    private synchronized void tell(OptionalLong bytes) {
        if (!closed) {
            observation.figures().retainedLog(bytes);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            observation.figures().retainedLog(OptionalLong.empty());
        }
        thread.interrupt();
    }
}
