package io.sluice.pipeline.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ColumnVectorTest {

    static Stream<DataType> types() {
        return Stream.of(
                DataType.BOOLEAN,
                DataType.INT32,
                DataType.INT64,
                DataType.FLOAT32,
                DataType.FLOAT64,
                DataType.decimal(18, 2),
                DataType.decimal(19, 2),
                DataType.DATE,
                DataType.TIME,
                DataType.TIMESTAMP,
                DataType.TIMESTAMP_TZ,
                DataType.STRING,
                DataType.BINARY,
                DataType.UUID);
    }

    private static void append(ColumnVector vector, int n) {
        if (vector instanceof BooleanVector v) {
            v.append((byte) (n & 1));
        } else if (vector instanceof IntVector v) {
            v.append(n);
        } else if (vector instanceof LongVector v) {
            v.append(n);
        } else if (vector instanceof FloatVector v) {
            v.append(n);
        } else if (vector instanceof DoubleVector v) {
            v.append(n);
        } else if (vector instanceof Int128Vector v) {
            v.append(-n, n);
        } else if (vector instanceof BytesVector v) {
            v.append("x".repeat(n % 50).getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String value(ColumnVector vector, int row) {
        if (vector.isUnavailable(row)) {
            assertThat(vector.isNull(row)).isTrue();
            return "unavailable";
        }
        if (vector.isNull(row)) {
            return "null";
        }
        if (vector instanceof BooleanVector v) {
            return "" + v.get(row);
        } else if (vector instanceof IntVector v) {
            return "" + v.get(row);
        } else if (vector instanceof LongVector v) {
            return "" + v.get(row);
        } else if (vector instanceof FloatVector v) {
            return "" + v.get(row);
        } else if (vector instanceof DoubleVector v) {
            return "" + v.get(row);
        } else if (vector instanceof Int128Vector v) {
            return v.high()[row] + "," + v.low()[row];
        }
        return ((BytesVector) vector).string(row);
    }

    private static ColumnVector filled(DataType type, int rows) {
        ColumnVector vector = ColumnVector.create(type, 2);
        for (int i = 0; i < rows; i++) {
            if (i % 7 == 3) {
                vector.appendNull();
            } else if (i % 11 == 5) {
                vector.appendUnavailable();
            } else {
                append(vector, i);
            }
        }
        return vector;
    }

    private static String expected(DataType type, int n) {
        if (n % 7 == 3) {
            return "null";
        }
        if (n % 11 == 5) {
            return "unavailable";
        }
        ColumnVector one = ColumnVector.create(type, 1);
        append(one, n);
        return value(one, 0);
    }

    @ParameterizedTest
    @MethodSource("types")
    void valuesNullsAndUnavailableMarksSurviveGrowth(DataType type) {
        ColumnVector vector = filled(type, 500);
        assertThat(vector.size()).isEqualTo(500);
        assertThat(vector.hasNulls()).isTrue();
        assertThat(vector.hasUnavailable()).isTrue();
        for (int i = 0; i < 500; i++) {
            assertThat(value(vector, i)).as("row %s", i).isEqualTo(expected(type, i));
        }
        assertThat(vector.memoryBytes()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("types")
    void gatheringTakesRowsInTheOrderAskedAndNullsForNegativeEntries(DataType type) {
        ColumnVector vector = filled(type, 300);
        int[] selection = {299, 0, -1, 3, 5, 64, 64, 128, -1, 9999};
        ColumnVector gathered = vector.gather(selection, 9);
        assertThat(gathered.size()).isEqualTo(9);
        for (int i = 0; i < 9; i++) {
            assertThat(value(gathered, i))
                    .as("entry %s", i)
                    .isEqualTo(selection[i] < 0 ? "null" : expected(type, selection[i]));
        }
        append(gathered, 8);
        assertThat(value(gathered, 9)).isEqualTo(expected(type, 8));
        assertThat(value(gathered, 8)).isEqualTo("null");
    }

    @ParameterizedTest
    @MethodSource("types")
    void shrinkingForgetsRowsAndTheirMarks(DataType type) {
        ColumnVector vector = filled(type, 200);
        vector.resize(70);
        assertThat(vector.nullCount()).isEqualTo((int) java.util.stream.IntStream.range(0, 70)
                .filter(i -> i % 7 == 3 || i % 11 == 5)
                .count());
        for (int i = 70; i < 200; i++) {
            append(vector, i);
            assertThat(vector.isNull(i)).isFalse();
            assertThat(vector.isUnavailable(i)).isFalse();
        }
        vector.clear();
        assertThat(vector.size()).isZero();
        assertThat(vector.hasNulls()).isFalse();
        assertThat(vector.hasUnavailable()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("types")
    void appendingAllOfAnotherKeepsItsMarks(DataType type) {
        ColumnVector first = filled(type, 37);
        first.appendAll(filled(type, 91));
        assertThat(first.size()).isEqualTo(128);
        for (int i = 0; i < 128; i++) {
            assertThat(value(first, i)).isEqualTo(expected(type, i < 37 ? i : i - 37));
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void appendingRowsOfAnotherVectorKeepsItsMarks(DataType type) {
        ColumnVector source = filled(type, 100);
        ColumnVector target = ColumnVector.create(type, 0);
        for (int i = 99; i >= 0; i--) {
            target.appendFrom(source, i);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(value(target, i)).isEqualTo(expected(type, 99 - i));
        }
    }

    @Test
    void nullsOfAnotherVectorAreAdded() {
        ColumnVector marks = filled(DataType.INT32, 130);
        LongVector vector = new LongVector(DataType.INT64, 0);
        vector.resize(100);
        vector.setNull(0);
        vector.addNullsOf(marks);
        int expected = 1;
        for (int i = 0; i < 100; i++) {
            boolean isNull = i == 0 || marks.isNull(i);
            assertThat(vector.isNull(i)).isEqualTo(isNull);
            expected += isNull && i != 0 ? 1 : 0;
        }
        assertThat(vector.nullCount()).isEqualTo(expected);
        vector.resize(130);
        assertThat(vector.isNull(129)).isFalse();
    }

    @Test
    void nullBytesAreEmptyAndReservedBytesAreKept() {
        BytesVector vector = new BytesVector(DataType.BINARY, 0);
        vector.appendNull();
        byte[] target = vector.reserve(1_000);
        target[vector.offsets()[vector.size()] + 999] = 7;
        vector.commit(1_000);
        vector.appendNull();
        vector.append(new byte[] {1, 2});
        vector.append(new byte[0]);
        assertThat(vector.length(0)).isZero();
        assertThat(vector.length(1)).isEqualTo(1_000);
        assertThat(vector.data()[vector.start(1) + 999]).isEqualTo((byte) 7);
        assertThat(vector.length(2)).isZero();
        assertThat(vector.length(3)).isEqualTo(2);
        assertThat(vector.length(4)).isZero();
        vector.resize(2);
        vector.append(new byte[] {9});
        assertThat(vector.data()[vector.start(2)]).isEqualTo((byte) 9);
    }

    @Test
    void aBatchChecksThatItsVectorsFit() {
        TableSchema schema =
                new TableSchema(TableId.parse("a.b"), 0, List.of(Column.of("x", DataType.INT32, true)), List.of());
        IntVector vector = new IntVector(DataType.INT32, 1);
        vector.append(1);
        assertThatThrownBy(() -> ColumnBatch.ofSnapshot(schema, new ColumnVector[] {vector}, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Column 'x' of a.b has 1 rows, expected 2");
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.CHANGES, 0);
        for (int i = 0; i < 40; i++) {
            ((IntVector) batch.column(0)).append(i);
            batch.endChange(RowOperation.UPDATE, 1_000 + i);
        }
        ColumnBatch gathered = batch.gather(new int[] {39, 0}, 2);
        assertThat(gathered.positions()).containsExactly(1_039, 1_000);
        assertThat(((IntVector) gathered.column(0)).get(0)).isEqualTo(39);
        assertThat(batch.memoryBytes()).isPositive();
    }

    @Test
    void flagsDoNotHideTheOperation() {
        byte marked = (byte) (RowOperation.MOVE_IN | RowOperation.IF_PRESENT);
        assertThat(RowOperation.operation(marked)).isEqualTo(RowOperation.MOVE_IN);
        assertThat(RowOperation.has(marked, RowOperation.IF_PRESENT)).isTrue();
        assertThat(RowOperation.has(marked, RowOperation.REFETCH)).isFalse();
        assertThat(RowOperation.isUpsert(marked)).isTrue();
        assertThat(RowOperation.isUpsert(RowOperation.DELETE)).isFalse();
    }
}
