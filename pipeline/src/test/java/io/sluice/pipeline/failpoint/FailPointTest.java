package io.sluice.pipeline.failpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailPointTest {

    /** The crash matrix sees to it that what is declared is reached. */
    @ParameterizedTest
    @EnumSource
    void everyPointIsReachedInSomePhaseOfTheCrashMatrix(FailPoint point) {
        assertThat(Arrays.stream(FailPoint.Phase.values()).filter(point::isReachedIn))
                .as("phases in which the crash matrix dies at %s", point)
                .isNotEmpty();
    }
}
