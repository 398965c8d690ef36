package io.sluice.lake.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.index.KeyIndex.Marker;
import io.sluice.lake.index.KeyIndex.Sealed;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every key index promises. */
abstract class KeyIndexContract {

    KeyIndex index;

    abstract KeyIndex open() throws Exception;

    @BeforeEach
    void build() throws Exception {
        index = open();
        KeyIndex.Load load = index.rebuild();
        load.file(0, "a.parquet");
        put(load, "one", RowLocation.of(0, 1));
        put(load, "two", RowLocation.of(0, 2));
        load.finish(new Marker("uuid", 7));
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void aBulkLoadIsFoundAgain() {
        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
        assertThat(lookup("three")).isEqualTo(RowLocation.ABSENT);
        assertThat(index.marker()).contains(new Marker("uuid", 7));
        assertThat(index.files()).isEqualTo(Map.of(0, "a.parquet"));
        assertThat(index.nextFile()).isEqualTo(1);
    }

    @Test
    void aLoadSeesWhatItPut() {
        KeyIndex.Load load = index.rebuild();
        assertThat(load.lookup(bytes("one"), 3)).isEqualTo(RowLocation.ABSENT);
        put(load, "one", 5);
        assertThat(load.lookup(bytes("one"), 3)).isEqualTo(5);
    }

    @Test
    void anUnfinishedLoadLeavesNoMarker() {
        put(index.rebuild(), "one", 5);
        assertThat(index.marker()).isEmpty();
    }

    @Test
    void theOpenLayerIsSeenBeforeTheBase() {
        index.open();
        put("one", RowLocation.of(1, 0));
        put("three", RowLocation.of(1, 3));
        remove("two");

        assertThat(lookup("one")).isEqualTo(RowLocation.of(1, 0));
        assertThat(lookup("two")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("three")).isEqualTo(RowLocation.of(1, 3));
    }

    @Test
    void anAbandonedLayerLeavesNothing() {
        index.open();
        put("one", RowLocation.of(1, 0));
        remove("two");
        lookup("one");
        index.abandon();

        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
        assertThat(lookup("two")).isEqualTo(RowLocation.of(0, 2));
        index.open();
        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
    }

    @Test
    void twoLayersLieAboveTheBaseUntilTheLowerIsPromoted() {
        index.open();
        put("one", RowLocation.of(1, 0));
        put("three", RowLocation.of(1, 3));
        index.seal("c1", Map.of(1, "b.parquet"));
        index.open();
        remove("one");
        put("four", RowLocation.of(2, 4));

        assertThat(lookup("one")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("three")).isEqualTo(RowLocation.of(1, 3));
        index.promote("c1", 8);
        assertThat(lookup("one")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("three")).isEqualTo(RowLocation.of(1, 3));
        assertThat(lookup("two")).isEqualTo(RowLocation.of(0, 2));
        assertThat(index.marker()).contains(new Marker("uuid", 8));
        assertThat(index.files()).containsKey(1);

        index.seal("c2", Map.of(2, "c.parquet"));
        index.promote("c2", 9);
        assertThat(lookup("one")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("four")).isEqualTo(RowLocation.of(2, 4));
    }

    @Test
    void aSealedLayerCanBeDropped() {
        index.open();
        put("one", RowLocation.of(1, 0));
        index.seal("c1", Map.of(1, "b.parquet"));
        assertThat(index.sealed()).contains(new Sealed("c1", 7));
        index.dropSealed();

        assertThat(index.sealed()).isEmpty();
        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
        assertThat(index.marker()).contains(new Marker("uuid", 7));
    }

    @Test
    void aTruncatedLayerHidesAllBelowAndReplacesTheBase() {
        index.open();
        put("one", RowLocation.of(1, 0));
        index.truncate();
        put("three", RowLocation.of(1, 3));
        assertThat(lookup("one")).isEqualTo(RowLocation.ABSENT);
        index.seal("c1", Map.of(1, "b.parquet"));
        index.open();
        assertThat(lookup("two")).isEqualTo(RowLocation.ABSENT);
        index.abandon();
        index.promote("c1", 8);

        assertThat(lookup("one")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("two")).isEqualTo(RowLocation.ABSENT);
        assertThat(lookup("three")).isEqualTo(RowLocation.of(1, 3));
        assertThat(index.files()).isEqualTo(Map.of(1, "b.parquet"));
    }

    @Test
    void onlyTheSealedCommitCanBePromoted() {
        index.open();
        index.seal("c1", Map.of());

        assertThatThrownBy(() -> index.promote("c2", 8)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyKeysSurviveSeveralLayers() {
        long[] expected = new long[20_000];
        java.util.Arrays.fill(expected, RowLocation.ABSENT);
        java.util.Random random = new java.util.Random(42);
        for (int cut = 1; cut <= 5; cut++) {
            index.open();
            for (int i = 0; i < 10_000; i++) {
                int key = random.nextInt(expected.length);
                if (random.nextInt(3) == 0) {
                    remove("k" + key);
                    expected[key] = RowLocation.ABSENT;
                } else {
                    expected[key] = RowLocation.of(cut, i);
                    put("k" + key, expected[key]);
                }
            }
            index.seal("c" + cut, Map.of(cut, "f" + cut));
            index.promote("c" + cut, 100 + cut);
        }

        for (int key = 0; key < expected.length; key++) {
            assertThat(lookup("k" + key)).isEqualTo(expected[key]);
        }
    }

    final long lookup(String key) {
        return index.lookup(bytes(key), key.length());
    }

    final void put(String key, long location) {
        index.put(bytes(key), 0, key.length(), location);
    }

    final void remove(String key) {
        index.remove(bytes(key), 0, key.length());
    }

    static void put(KeyIndex.Load load, String key, long location) {
        load.put(bytes(key), key.length(), location);
    }

    static byte[] bytes(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }
}
