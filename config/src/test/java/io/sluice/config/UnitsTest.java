package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms, 500",
        "10s, 10000",
        "10 s, 10000",
        "5m, 300000",
        "2h, 7200000",
        "1d, 86400000",
        "1m30s, 90000",
        "PT10S, 10000",
        "PT0.5S, 500",
        "P1DT1H, 90000000",
        "0s, 0"
    })
    void durations_are_read_with_their_unit(String text, long millis) {
        assertThat(DurationText.parse(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(text).matches(DurationText.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10", "s", "10x", "1.5s", "-5s", "10S", "PT", "P10S", "5m ago", "999999999999d999999999999999s"})
    void other_durations_are_refused_without_repeating_them(String text) {
        assertThatThrownBy(() -> DurationText.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is not a duration")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 999, 1000, 90_061_001, 86_400_000})
    void a_printed_duration_reads_back(long millis) {
        Duration duration = Duration.ofMillis(millis);
        assertThat(DurationText.parse(DurationText.print(duration))).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({
        "0B, 0",
        "512B, 512",
        "1KB, 1000",
        "1KiB, 1024",
        "64MB, 64000000",
        "64 mb, 64000000",
        "1MiB, 1048576",
        "2GB, 2000000000",
        "1gib, 1073741824",
        "1TB, 1000000000000",
        "1TiB, 1099511627776"
    })
    void sizes_are_read_with_their_unit(String text, long bytes) {
        assertThat(DataSize.parse(text).bytes()).isEqualTo(bytes);
        assertThat(DataSize.parse(DataSize.parse(text).toString()).bytes()).isEqualTo(bytes);
        assertThat(text).matches(DataSize.PATTERN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "MB", "1.5GB", "-1MB", "1PB", "64M", "9999999TiB", "1 000MB"})
    void other_sizes_are_refused(String text) {
        assertThatThrownBy(() -> DataSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
