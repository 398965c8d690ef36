package io.sluice.pipeline.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchemaTest {

    @Test
    void aTableIdSplitsAtTheLastDot() {
        assertThat(TableId.parse("a.b.c")).isEqualTo(new TableId("a.b", "c"));
        assertThat(TableId.parse("a.b")).hasToString("a.b");
        assertThat(new TableId("a", "z")).isLessThan(new TableId("b", "a"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", ".a", "a.", "."})
    void aTableIdNeedsBothParts(String text) {
        assertThatThrownBy(() -> TableId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("<namespace>.<table>");
    }

    @Test
    void decimalsHaveAtMost38Digits() {
        assertThat(DataType.decimal(18, 2).isLongDecimal()).isTrue();
        assertThat(DataType.decimal(19, 2).isLongDecimal()).isFalse();
        assertThat(DataType.decimal(38, 38)).hasToString("DECIMAL(38,38)");
        assertThatThrownBy(() -> DataType.decimal(39, 0)).hasMessageContaining("(39,0)");
        assertThatThrownBy(() -> DataType.decimal(4, 5)).hasMessageContaining("(4,5)");
        assertThatThrownBy(() -> new DataType(DataType.Kind.INT32, 1, 0)).hasMessageContaining("INT32");
    }

    @Test
    void namesOfColumnsAreUniqueAndKeysExist() {
        Column column = Column.of("a", DataType.INT32, true);
        TableId table = TableId.parse("x.y");
        assertThatThrownBy(() -> new TableSchema(table, 0, List.of(column, column), List.of()))
                .hasMessageContaining("two columns named 'a'");
        assertThatThrownBy(() -> new TableSchema(table, 0, List.of(column), List.of(1)))
                .isInstanceOf(IndexOutOfBoundsException.class);
        TableSchema schema = new TableSchema(table, 0, List.of(column), List.of(0));
        assertThat(schema.hasKey()).isTrue();
        assertThat(schema.indexOf("a")).hasValue(0);
        assertThat(schema.indexOf("A")).isEmpty();
    }
}
