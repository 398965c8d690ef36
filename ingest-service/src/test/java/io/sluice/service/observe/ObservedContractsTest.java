package io.sluice.service.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.SnapshotWriter;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.service.runtime.PipelineConnectors;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ObservedContractsTest {

    private static final Map<Class<?>, Class<?>> OBSERVED = Map.of(
            PipelineConnectors.class, ObservedConnectors.class,
            SourceDatabase.class, ObservedDatabase.class,
            SnapshotSession.class, ObservedSnapshot.class,
            ChangeSource.class, ObservedChanges.class,
            Lake.class, ObservedLake.class,
            LakeSession.class, ObservedSession.class,
            SnapshotWriter.class, ObservedSnapshotWriter.class,
            CutWriter.class, ObservedCut.class);

    /** A default method that is not passed on would silently do something else than the real part's own. */
    @Test
    void every_method_of_a_contract_reaches_the_real_part() {
        OBSERVED.forEach((contract, observed) -> {
            for (Method method : contract.getMethods()) {
                if (Modifier.isStatic(method.getModifiers())) {
                    continue;
                }
                assertThat(observed.getDeclaredMethods())
                        .as("%s passes %s on", observed.getSimpleName(), method)
                        .anyMatch(own -> own.getName().equals(method.getName())
                                && java.util.Arrays.equals(own.getParameterTypes(), method.getParameterTypes()));
            }
        });
    }
}
