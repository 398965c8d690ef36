package io.sluice.service.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "999,999",
        "999.6,1.0k",
        "1000,1.0k",
        "1234,1.2k",
        "9960,10k",
        "34567,35k",
        "999999,1.0M",
        "6001215,6.0M",
        "-5,0"
    })
    void counts_are_at_most_four_characters(double amount, String text) {
        assertThat(Amounts.count(amount)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"12,12 B", "12345,12 kB", "1500000,1.5 MB"})
    void bytes_have_their_unit(double amount, String text) {
        assertThat(Amounts.bytes(amount)).isEqualTo(text);
    }

    @Test
    void durations_and_lags_are_short() {
        assertThat(Amounts.duration(Duration.ofSeconds(45))).isEqualTo("45s");
        assertThat(Amounts.duration(Duration.ofSeconds(185))).isEqualTo("3m05s");
        assertThat(Amounts.duration(Duration.ofMinutes(130))).isEqualTo("2h10m");
        assertThat(Amounts.lag(0.44)).isEqualTo("0.4s");
        assertThat(Amounts.lag(75)).isEqualTo("1m15s");
        assertThat(Amounts.exact(6_001_215)).isEqualTo("6 001 215");
    }
}
