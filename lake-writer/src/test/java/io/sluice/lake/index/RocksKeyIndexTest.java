package io.sluice.lake.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.lake.index.KeyIndex.Marker;
import io.sluice.lake.index.KeyIndex.Sealed;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RocksKeyIndexTest extends KeyIndexContract {

    private static final TableId TABLE = new TableId("shop", "Orders/2");

    @TempDir
    Path directory;

    RocksKeyIndexes indexes;

    @BeforeEach
    @Override
    void build() throws Exception {
        indexes = new RocksKeyIndexes(directory, 4L << 20);
        super.build();
    }

    @AfterEach
    @Override
    void close() {
        super.close();
        indexes.close();
    }

    @Override
    KeyIndex open() {
        return indexes.open("my pipeline", TABLE);
    }

    @Test
    void theBaseSurvivesARestart() {
        reopen();

        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
        assertThat(index.marker()).contains(new Marker("uuid", 7));
        assertThat(index.nextFile()).isEqualTo(1);
    }

    @Test
    void anOpenLayerDoesNotSurviveARestart() {
        index.open();
        put("one", RowLocation.of(1, 0));
        lookup("one");
        reopen();

        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
        index.open();
        assertThat(lookup("one")).isEqualTo(RowLocation.of(0, 1));
    }

    @Test
    void aSealedLayerSurvivesARestartAndCanStillBePromoted() {
        index.open();
        put("one", RowLocation.of(5, 0));
        remove("two");
        index.seal("c1", Map.of(5, "f.parquet"));
        reopen();

        assertThat(index.sealed()).contains(new Sealed("c1", 7));
        assertThat(index.nextFile()).isEqualTo(6);
        index.promote("c1", 8);
        assertThat(lookup("one")).isEqualTo(RowLocation.of(5, 0));
        assertThat(lookup("two")).isEqualTo(RowLocation.ABSENT);
        reopen();
        assertThat(lookup("one")).isEqualTo(RowLocation.of(5, 0));
        assertThat(index.marker()).contains(new Marker("uuid", 8));
    }

    @Test
    void aDirectoryInUseIsRefusedWithWhatToDo() {
        assertThatThrownBy(this::open)
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.LAKE_REFUSED))
                .hasMessageContaining("shop.Orders/2")
                .hasMessageContaining("another process");
    }

    @Test
    void aCorruptIndexIsReplacedByAnEmptyOne() throws IOException {
        index.close();
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> broken = files.filter(
                            path -> path.getFileName().toString().matches("CURRENT|MANIFEST.*"))
                    .toList();
            assertThat(broken).isNotEmpty();
            for (Path path : broken) {
                Files.writeString(path, "broken");
            }
        }
        index = open();

        assertThat(index.marker()).isEmpty();
        KeyIndex.Load load = index.rebuild();
        put(load, "one", 3);
        load.finish(new Marker("uuid", 9));
        assertThat(lookup("one")).isEqualTo(3);
    }

    @Test
    void aMissingTableFileIsNoticed() throws IOException {
        index.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path :
                    files.filter(path -> path.toString().endsWith(".sst")).toList()) {
                Files.delete(path);
            }
        }
        index = open();

        assertThat(index.marker()).isEmpty();
    }

    private void reopen() {
        index.close();
        index = open();
    }
}
