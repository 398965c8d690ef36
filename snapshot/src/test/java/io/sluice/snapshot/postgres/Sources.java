package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.SnapshotChunk;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.pipeline.source.SourceInspection;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.testkit.postgres.TestDatabase;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** What the tests of this package share: options, and rows as plain texts that can be compared. */
final class Sources {

    private Sources() {}

    static PostgresOptions options(TestDatabase database, String... patterns) {
        return optionsOf(database, new TestDatabase.Role(database.user(), database.password()), patterns);
    }

    static PostgresOptions optionsOf(TestDatabase database, TestDatabase.Role role, String... patterns) {
        return PostgresOptions.of(
                PostgresEndpoint.of(database.host(), database.port(), database.name(), role.name(), role::password),
                "slot_" + database.name(),
                "pub_" + database.name(),
                Arrays.stream(patterns).map(TablePattern::regex).toList());
    }

    static List<TableSchema> schemas(PostgresDatabase source) {
        SourceInspection inspection = source.inspect();
        if (inspection.refused()) {
            throw new AssertionError("Refused: " + inspection.problems());
        }
        return inspection.tables().stream().map(SourceTable::schema).toList();
    }

    static List<String> errors(SourceInspection inspection) {
        return inspection.problems().stream()
                .filter(problem -> problem.severity() == SourceProblem.Severity.ERROR)
                .map(SourceProblem::message)
                .toList();
    }

    /** All rows of one table as texts, chunk after chunk. */
    static List<String> read(SnapshotSession session, TableId table) {
        List<String> rows = new ArrayList<>();
        for (SnapshotChunk chunk : session.chunks()) {
            if (chunk.table().equals(table)) {
                session.read(chunk, (batch, bytes) -> rows.addAll(texts(batch)));
            }
        }
        return rows;
    }

    static List<String> texts(ColumnBatch batch) {
        List<String> rows = new ArrayList<>();
        for (int row = 0; row < batch.rowCount(); row++) {
            List<String> values = new ArrayList<>();
            for (ColumnVector vector : batch.columns()) {
                values.add(text(vector, row));
            }
            rows.add(String.join("|", values));
        }
        return rows;
    }

    static String text(ColumnVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        DataType type = vector.type();
        return switch (type.kind()) {
            case BOOLEAN -> Boolean.toString(((BooleanVector) vector).get(row) == 1);
            case INT32, DATE -> Integer.toString(((IntVector) vector).get(row));
            case INT64, TIME, TIMESTAMP, TIMESTAMP_TZ -> Long.toString(((LongVector) vector).get(row));
            case FLOAT32 -> Float.toString(((FloatVector) vector).get(row));
            case FLOAT64 -> Double.toString(((DoubleVector) vector).get(row));
            case DECIMAL -> decimal(vector, row).toPlainString();
            case STRING -> ((BytesVector) vector).string(row);
            case BINARY ->
                HexFormat.of()
                        .formatHex(
                                ((BytesVector) vector).data(),
                                ((BytesVector) vector).start(row),
                                ((BytesVector) vector).start(row) + ((BytesVector) vector).length(row));
            case UUID -> new UUID(((Int128Vector) vector).high()[row], ((Int128Vector) vector).low()[row]).toString();
        };
    }

    static BigDecimal decimal(ColumnVector vector, int row) {
        BigInteger unscaled = vector.type().isLongDecimal()
                ? BigInteger.valueOf(((LongVector) vector).get(row))
                : new BigInteger(ByteBuffer.allocate(16)
                        .putLong(((Int128Vector) vector).high()[row])
                        .putLong(((Int128Vector) vector).low()[row])
                        .array());
        return new BigDecimal(unscaled, vector.type().scale());
    }
}
