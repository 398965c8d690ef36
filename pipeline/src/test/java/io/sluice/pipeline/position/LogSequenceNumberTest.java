package io.sluice.pipeline.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogSequenceNumberTest {

    @Test
    void theTextIsThatOfPostgres() {
        assertThat(LogSequenceNumber.parse("16/B374D848").value()).isEqualTo(0x16B374D848L);
        assertThat(new LogSequenceNumber(0x16B374D848L).text()).isEqualTo("16/B374D848");
        assertThat(LogSequenceNumber.parse("0/0").text()).isEqualTo("0/0");
        assertThat(LogSequenceNumber.parse("ffffffff/FFFFFFFF").value()).isEqualTo(-1L);
        assertThat(new LogSequenceNumber(-1)).hasToString("FFFFFFFF/FFFFFFFF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "/", "0/", "/0", "G/0", "0/123456789", "0/1/2", " 0/1", "-1/0"})
    void otherTextsAreRefused(String text) {
        assertThatThrownBy(() -> LogSequenceNumber.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0/1A2B3C4D");
    }

    @Test
    void positionsAreOrderedWithoutSign() {
        LogSequenceNumber small = new LogSequenceNumber(1);
        LogSequenceNumber large = new LogSequenceNumber(Long.MIN_VALUE);
        assertThat(large.compareTo(small)).isPositive();
        assertThat(large.covers(small)).isTrue();
        assertThat(small.covers(large)).isFalse();
        assertThat(small.covers(new LogSequenceNumber(1))).isTrue();
        assertThat(Position.max(small, large)).isEqualTo(large);
    }

    @Property
    void parsingTheTextGivesTheNumber(@ForAll long value) {
        assertThat(LogSequenceNumber.parse(new LogSequenceNumber(value).text()).value())
                .isEqualTo(value);
    }
}
