package io.sluice.service.verify;

import io.sluice.service.runtime.Pipeline;
import io.sluice.service.wiring.PipelineAssembly;
import java.util.function.Consumer;

/** Compares the source and the lake of a pipeline of this process, running or not. */
public final class PipelineVerification implements Verifications.Work {

    private static final int ATTEMPTS = 10;

    private final PipelineAssembly assembly;
    private final Pipeline pipeline;

    /**
     * For one pipeline.
     *
     * @param assembly what it was made from
     */
    public PipelineVerification(PipelineAssembly assembly, Pipeline pipeline) {
        this.assembly = assembly;
        this.pipeline = pipeline;
    }

    @Override
    public VerificationReport run(Verifications.Mode mode, Consumer<Verifier.Step> watcher)
            throws InterruptedException {
        Verifier.Settings settings = Verifier.Settings.patient(assembly.config().commitInterval(), ATTEMPTS);
        Verifier verifier = new Verifier(
                assembly, settings, slot -> LakeProgress.of(pipeline, assembly.connectors()::parsePosition, slot));
        return mode == Verifications.Mode.REPAIR
                ? new Repair(assembly, pipeline, verifier).run(watcher)
                : verifier.run(watcher).report();
    }
}
