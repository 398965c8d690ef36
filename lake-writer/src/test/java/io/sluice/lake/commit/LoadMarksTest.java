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
