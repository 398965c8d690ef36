package io.sluice.testkit.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeReaderTest {

    private static final TableId ORDERS = TableId.parse("shop.orders");
    private static final Schema SCHEMA = new Schema(
            List.of(
                    Types.NestedField.required(1, "id", Types.LongType.get()),
                    Types.NestedField.optional(2, "name", Types.StringType.get())),
            Set.of(1));

    @TempDir
    Path warehouse;

    private TestLake lake;
    private LakeReader reader;

    @BeforeEach
    void openLake() {
        lake = new TestLake(warehouse);
        reader = LakeReader.open(lake.uri, warehouse);
    }

    @AfterEach
    void closeLake() {
        reader.close();
        lake.close();
    }

    @Test
    void a_table_without_a_snapshot_has_no_rows() {
        lake.create("orders", SCHEMA);

        assertThat(reader.tables()).containsExactly(ORDERS);
        assertThat(reader.exists(ORDERS)).isTrue();
        assertThat(reader.exists(TableId.parse("shop.other"))).isFalse();
        assertThat(reader.table(ORDERS).rows()).isEmpty();
        assertThat(reader.table(ORDERS).snapshotId()).isEmpty();
        assertThat(reader.table(ORDERS).key()).containsExactly("id");
    }

    @Test
    void rows_come_in_key_order_without_the_deleted_ones() throws IOException {
        Table table = lake.create("orders", SCHEMA);
        DataFile file = TestLake.append(
                table, 1, TestLake.row(SCHEMA, 3L, "c"), TestLake.row(SCHEMA, 1L, null), TestLake.row(SCHEMA, 2L, "b"));
        TestLake.delete(table, 2, file, 0);

        LakeTable now = reader.table("shop.orders");

        assertThat(now.rows()).hasSize(2);
        assertThat(now.rows().get(0)).containsEntry("id", 1L).containsEntry("name", null);
        assertThat(now.rows().get(1)).isEqualTo(Map.of("id", 2L, "name", "b"));
        assertThat(now.rowCount()).isEqualTo(2);
        assertThat(now.files()).isEqualTo(new LakeTable.FileCounts(1, 0, 1, 0));
        assertThat(now.summary("sluice.cut")).contains("2");
        assertThat(now.scanTasks()).hasSize(1);
    }

    @Test
    void a_table_can_be_read_at_a_cut_and_at_a_snapshot() throws IOException {
        Table table = lake.create("orders", SCHEMA);
        TestLake.append(table, 2, TestLake.row(SCHEMA, 1L, "a"));
        long second = table.currentSnapshot().snapshotId();
        TestLake.append(table, 5, TestLake.row(SCHEMA, 2L, "b"));

        assertThat(reader.tableAtCut(ORDERS, 1).rows()).isEmpty();
        assertThat(reader.tableAtCut(ORDERS, 4).rows()).hasSize(1);
        assertThat(reader.tableAtCut(ORDERS, 4).snapshotId()).hasValue(second);
        assertThat(reader.tableAtCut(ORDERS, 5).rows()).hasSize(2);
        assertThat(reader.tableAt(ORDERS, second).rows()).hasSize(1);
        assertThatThrownBy(() -> reader.tableAt(ORDERS, 42)).isInstanceOf(AssertionError.class);
    }

    @Test
    void a_file_that_no_snapshot_refers_to_is_leaked() throws IOException {
        Table table = lake.create("orders", SCHEMA);
        DataFile kept = TestLake.append(table, 1, TestLake.row(SCHEMA, 1L, "a"), TestLake.row(SCHEMA, 2L, "b"));
        TestLake.delete(table, 2, kept, 1);
        reader.assertNoLeakedFiles();

        DataFile leaked = TestLake.write(table, List.of(TestLake.row(SCHEMA, 2L, "b")));

        Path leakedPath = ReferencedFiles.localPath(leaked.location());
        assertThat(reader.unreferencedFiles())
                .contains(warehouse.relativize(leakedPath).toString())
                .allMatch(name -> name.contains(leakedPath.getFileName().toString()));
        assertThatThrownBy(reader::assertNoLeakedFiles)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(leakedPath.getFileName().toString());
    }
}
