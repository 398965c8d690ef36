package io.sluice.lake.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.parquet.column.values.rle.RunLengthBitPackingHybridDecoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** parquet-java's decoder reads what was written. */
class HybridRunsTest {

    static IntStream widths() {
        return IntStream.rangeClosed(0, 32);
    }

    @ParameterizedTest
    @MethodSource("widths")
    void numbers_of_every_width_in_runs_of_every_length_are_read_back(int width) throws IOException {
        Random random = new Random(width);
        for (int count : new int[] {0, 1, 7, 8, 9, 503, 504, 505, 512, 5000}) {
            for (int longest : new int[] {1, 2, 9, 40, 6000}) {
                int[] values = new int[count];
                for (int at = 0; at < count; ) {
                    int end = Math.min(count, at + 1 + random.nextInt(longest));
                    Arrays.fill(values, at, end, width == 0 ? 0 : random.nextInt() >>> (32 - width));
                    at = end;
                }
                ByteSink sink = new ByteSink();
                HybridRuns.write(values, count, width, sink);

                assertThat(decoded(sink, width, count)).isEqualTo(values);
            }
        }
    }

    @Test
    void a_long_run_takes_a_few_bytes() throws IOException {
        int[] values = new int[100_000];
        Arrays.fill(values, 5);
        ByteSink sink = new ByteSink();

        HybridRuns.write(values, values.length, 3, sink);

        assertThat(sink.size()).isEqualTo(4);
        assertThat(decoded(sink, 3, values.length)).isEqualTo(values);
    }

    @Test
    void the_width_is_that_of_the_greatest_number() {
        assertThat(HybridRuns.width(0)).isZero();
        assertThat(HybridRuns.width(1)).isEqualTo(1);
        assertThat(HybridRuns.width(7)).isEqualTo(3);
        assertThat(HybridRuns.width(8)).isEqualTo(4);
        assertThat(HybridRuns.width(Integer.MAX_VALUE)).isEqualTo(31);
    }

    private static int[] decoded(ByteSink sink, int width, int count) throws IOException {
        RunLengthBitPackingHybridDecoder decoder =
                new RunLengthBitPackingHybridDecoder(width, sink.toBytesInput().toInputStream());
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            values[i] = decoder.readInt();
        }
        return values;
    }
}
