package io.sluice.lake.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.TableLoad.Extent;
import io.sluice.pipeline.source.ChunkRange;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadMarksTest {

    @Test
    void theMarksOfALoadAreReadAsTheyWereWritten() {
        LoadMarks marks = new LoadMarks(
                "id",
                "definition",
                "commit",
                7,
                11,
                3,
                Extent.PARTIAL,
                List.of(
                        new LoadedRange(new ChunkRange("a;b|c:d,e=f", 0, 5), "0/10"),
                        new LoadedRange(new ChunkRange("a;b|c:d,e=f", 8, ChunkRange.OPEN), "0/10"),
                        new LoadedRange(new ChunkRange("other", 0, 5), "0/10"),
                        new LoadedRange(new ChunkRange("other", 5, 6), "0/20")));
        assertThat(LoadMarks.parse(marks.text())).isEqualTo(marks);
        assertThat(marks.isMixed()).isTrue();
        assertThatThrownBy(() -> LoadMarks.parse("1;x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sluice.load");
    }

    @Test
    void theMarksOfDrainedChangesAreReadAsTheyWereWritten() {
        LoadMarks read = LoadMarks.begin("id", "definition").plus(part("0/10", 0, 10));
        assertThat(read.text()).startsWith("1;");
        LoadMarks begun = read.drained(LoadPart.drain("a", Drain.begin("0/10,;")));
        LoadMarks drained = begun.drained(
                LoadPart.drain("b", new Drain("", "0/30", List.of(new SpoolFile("file:/x", 100, 10, 2, 70, 5)))));
        assertThat(LoadMarks.parse(drained.text())).isEqualTo(drained);
        assertThat(drained.drained()).isEqualTo(new DrainMarks("0/10,;", "0/30", "b", 1, 70));
        assertThat(drained.ranges()).isEqualTo(read.ranges());
        assertThat(drained.plus(part("0/10", 10, 20)).drained()).isEqualTo(drained.drained());
    }

    @Test
    void rowsThatWereReadAfterTheChangesBeginMayBeMissingOrThereTwice() {
        LoadMarks read = LoadMarks.begin("id", "").plus(part("0/10", 0, 10));
        assertThat(read.drained(LoadPart.drain("a", Drain.begin("0/10"))).isMixed())
                .isFalse();
        assertThat(read.drained(LoadPart.drain("a", Drain.begin("0/8"))).isMixed())
                .isTrue();
    }

    @Test
    void rangesOfOnePositionThatTouchAreJoined() {
        LoadMarks marks = LoadMarks.begin("id", "")
                .plus(part("0/10", 10, 20))
                .plus(part("0/10", 0, 10))
                .plus(part("0/20", 20, 30))
                .plus(part("0/10", 40, ChunkRange.OPEN));
        assertThat(marks.ranges())
                .containsExactly(
                        new LoadedRange(new ChunkRange("a", 0, 20), "0/10"),
                        new LoadedRange(new ChunkRange("a", 40, ChunkRange.OPEN), "0/10"),
                        new LoadedRange(new ChunkRange("a", 20, 30), "0/20"));
        assertThat(marks.rows()).isEqualTo(4);
    }

    private static LoadPart part(String position, long from, long end) {
        return new LoadPart(
                LoadPart.Role.CONTINUE,
                "commit",
                "",
                List.of(new LoadedRange(new ChunkRange("a", from, end), position)),
                1,
                1,
                Extent.PARTIAL);
    }
}
