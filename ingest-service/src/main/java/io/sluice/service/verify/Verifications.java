package io.sluice.service.verify;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.runtime.ErrorPolicy;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The verifications of this process: one at a time, since each may use a part of the heap, on a thread of its own. The
 * last one of each pipeline is remembered until the process ends. Safe for use by several threads.
 */
@Singleton
public class Verifications {

    private static final Logger LOG = LoggerFactory.getLogger(Verifications.class);

    private final Clock clock;
    private final Consumer<PipelineEvent> events;
    private final Map<String, Work> works = new HashMap<>();
    private final Map<String, VerificationStatus> latest = new HashMap<>();
    private @Nullable Thread running;
    private String runningFor = "";

    @Inject
    Verifications(PipelineRegistry registry) {
        this(registry, Clock.systemUTC());
    }

    /** Verifications with a clock of their own. */
    public Verifications(Consumer<PipelineEvent> events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** What a verification of a pipeline does. */
    @FunctionalInterface
    public interface Work {

        /**
         * Compares, on the calling thread, until it is done or interrupted.
         *
         * @throws PipelineException when it cannot be done
         */
        VerificationReport run(Mode mode, Consumer<Verifier.Step> watcher) throws InterruptedException;
    }

    /** What to do with differences. */
    public enum Mode {
        /** Tell them. */
        COMPARE,
        /** Read the rows again, and compare once more. */
        REPAIR
    }

    /** Why a verification was not begun. */
    public static final class RefusedException extends IllegalStateException {
        private final transient String pipeline;

        RefusedException(String message, String pipeline) {
            super(message);
            this.pipeline = pipeline;
        }

        /** The pipeline that is being verified now; empty when there is nothing to verify with. */
        public String pipeline() {
            return pipeline;
        }
    }

    /** Pipelines of this name can be verified from now on. */
    public synchronized void offer(String pipeline, Work work) {
        works.put(pipeline, work);
    }

    /** The pipeline is gone: ends its verification and forgets the last one. */
    public synchronized void withdraw(String pipeline) {
        cancel(pipeline);
        works.remove(pipeline);
        latest.remove(pipeline);
    }

    /**
     * Begins a verification.
     *
     * @return its status at the begin
     * @throws RefusedException when another one runs, or the pipeline cannot be verified
     */
    public synchronized VerificationStatus start(String pipeline, Mode mode) {
        if (running != null) {
            throw new RefusedException(
                    "Pipeline " + runningFor + " is being verified; one is done at a time.", runningFor);
        }
        Work work = works.get(pipeline);
        if (work == null) {
            throw new RefusedException(
                    "Pipeline " + pipeline + " was not made from a file that it could be verified by.", "");
        }
        VerificationStatus begun = VerificationStatus.begun(mode, clock.instant());
        latest.put(pipeline, begun);
        Thread thread = new Thread(() -> run(pipeline, work, begun), "verify-" + pipeline);
        thread.setDaemon(true);
        running = thread;
        runningFor = pipeline;
        thread.start();
        return begun;
    }

    /** The pipeline's last verification, under way or ended. */
    public synchronized Optional<VerificationStatus> latest(String pipeline) {
        return Optional.ofNullable(latest.get(pipeline));
    }

    /**
     * Asks the verification of this pipeline to end.
     *
     * @return whether there was one under way
     */
    public synchronized boolean cancel(String pipeline) {
        if (running == null || !runningFor.equals(pipeline)) {
            return false;
        }
        running.interrupt();
        return true;
    }

    @PreDestroy
    synchronized void end() {
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(String pipeline, Work work, VerificationStatus begun) {
        VerificationStatus[] now = {begun};
        VerificationStatus ended;
        try {
            VerificationReport report = work.run(begun.mode(), step -> {
                now[0] = now[0].at(step);
                put(pipeline, now[0]);
                events.accept(
                        new PipelineEvent.VerificationProgressed(pipeline, step.text(), step.done(), step.tables()));
            });
            ended = now[0].done(report, clock.instant());
        } catch (InterruptedException e) {
            ended = failed(now[0], PipelineException.interrupted("comparing source and lake"));
        } catch (PipelineException e) {
            ended = failed(now[0], e);
        } catch (RuntimeException e) {
            LOG.error("The verification of pipeline {} met an unexpected failure", pipeline, e);
            ended = failed(
                    now[0],
                    new PipelineException(ErrorKind.INTERNAL, "The verification met an unexpected failure: " + e, e));
        }
        // Whoever hears of the end may begin the next one.
        synchronized (this) {
            running = null;
            latest.put(pipeline, ended);
        }
        events.accept(new PipelineEvent.VerificationEnded(
                pipeline,
                ended.state().name(),
                ended.report().map(report -> report.verdict().name())));
    }

    private VerificationStatus failed(VerificationStatus now, PipelineException cause) {
        // The interrupt was for this verification alone.
        Thread.interrupted();
        return now.failed(
                new PipelineStatus.Failure(
                        cause.kind(),
                        String.valueOf(cause.getMessage()),
                        ErrorPolicy.hint(cause.kind()),
                        clock.instant()),
                clock.instant());
    }

    private synchronized void put(String pipeline, VerificationStatus status) {
        latest.put(pipeline, status);
    }
}
