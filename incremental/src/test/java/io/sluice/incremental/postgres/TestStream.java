package io.sluice.incremental.postgres;

import io.sluice.pipeline.batch.BooleanVector;
import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.Int128Vector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.StreamStart;
import io.sluice.testkit.postgres.TestDatabase;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;

/** A slot with its publication in a test's database, and a change source over it that collects what it delivers. */
final class TestStream implements AutoCloseable {

    private static final Logger DEBEZIUM = Logger.getLogger("io.debezium");

    static {
        // Debezium logs each failure with its stack; the tests are about how the source reports it.
        DEBEZIUM.setLevel(Level.OFF);
    }

    private static final Duration LIMIT = Duration.ofSeconds(20);

    final TestDatabase database;
    final String slot;
    final List<ChangeChunk> chunks = new ArrayList<>();
    private final UnaryOperator<PostgresStreamOptions> adjust;
    private DebeziumChangeSource source;

    private TestStream(TestDatabase database, String slot, UnaryOperator<PostgresStreamOptions> adjust) {
        this.database = database;
        this.slot = slot;
        this.adjust = adjust;
    }

    /** Another reader of the same slot. */
    TestStream(TestStream other, UnaryOperator<PostgresStreamOptions> adjust) {
        this(other.database, other.slot, adjust);
    }

    /** Makes publication and slot. */
    static TestStream create(TestDatabase database, String publication) {
        return create(database, publication, options -> options);
    }

    static TestStream create(TestDatabase database, String publication, UnaryOperator<PostgresStreamOptions> adjust) {
        String slot = "s_" + database.name();
        database.execute(
                "CREATE PUBLICATION \"pub \"\"1\"\"\" " + publication,
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        return new TestStream(database, slot, adjust);
    }

    PostgresStreamOptions options() {
        return adjust.apply(PostgresStreamOptions.of(
                PostgresEndpoint.of(
                        database.host(), database.port(), database.name(), database.user(), database::password),
                slot,
                "pub \"1\""));
    }

    DebeziumChangeSource source() {
        return source;
    }

    LogSequenceNumber confirmedFlush() {
        return LogSequenceNumber.parse(database.queryString(
                "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '" + slot + "'"));
    }

    /** Starts at the slot's own position. */
    TestStream start(TableSchema... tables) {
        return startAt(confirmedFlush(), tables);
    }

    TestStream startAt(Position after, TableSchema... tables) {
        return start(new StreamStart(List.of(tables), after, Map.of(), Optional.empty()));
    }

    TestStream start(StreamStart start) {
        stop();
        chunks.clear();
        source = new DebeziumChangeSource(options());
        source.start(start);
        return this;
    }

    void stop() {
        if (source != null) {
            source.close();
            source = null;
        }
    }

    /** Polls until a chunk ends at or behind what is committed now. */
    TestStream catchUp() {
        return pollUntil(database.currentPosition());
    }

    TestStream pollUntil(Position position) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (lastBoundary().isEmpty() || !lastBoundary().get().covers(position)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("Position " + position + " was not reached, only " + lastBoundary());
            }
            poll(Duration.ofMillis(200));
        }
        return this;
    }

    Optional<ChangeChunk> poll(Duration timeout) {
        try {
            Optional<ChangeChunk> chunk = source.poll(timeout);
            chunk.ifPresent(chunks::add);
            return chunk;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Optional<Position> lastBoundary() {
        return chunks.isEmpty()
                ? Optional.empty()
                : chunks.get(chunks.size() - 1).boundary();
    }

    /** Every row delivered of a table, such as {@code "INSERT 1|abc"}, with "-" for null and "?" for unavailable. */
    List<String> rows(String table) {
        List<String> rows = new ArrayList<>();
        for (ChangeChunk chunk : chunks) {
            rows.addAll(rows(chunk, table));
        }
        return rows;
    }

    List<RowRefusal> refusals(String table) {
        List<RowRefusal> refusals = new ArrayList<>();
        for (ChangeChunk chunk : chunks) {
            for (ColumnBatch batch : chunk.batches()) {
                if (batch.schema().table().equals(TableId.parse(table))) {
                    refusals.addAll(batch.refusals());
                }
            }
        }
        return refusals;
    }

    static List<String> rows(ChangeChunk chunk, String table) {
        List<String> rows = new ArrayList<>();
        for (ColumnBatch batch : chunk.batches()) {
            if (batch.schema().table().equals(TableId.parse(table))) {
                for (int row = 0; row < batch.rowCount(); row++) {
                    rows.add(operation(batch.operation(row)) + " " + values(batch, row));
                }
            }
        }
        return rows;
    }

    Map<TableId, String> stopped() {
        Map<TableId, String> stopped = new LinkedHashMap<>();
        chunks.forEach(chunk -> stopped.putAll(chunk.stopped()));
        return stopped;
    }

    static String operation(byte operation) {
        return switch (operation) {
            case RowOperation.INSERT -> "INSERT";
            case RowOperation.UPDATE -> "UPDATE";
            case RowOperation.DELETE -> "DELETE";
            case RowOperation.MOVE_OUT -> "MOVE_OUT";
            case RowOperation.MOVE_IN -> "MOVE_IN";
            case RowOperation.TRUNCATE -> "TRUNCATE";
            default -> "operation " + operation;
        };
    }

    private static String values(ColumnBatch batch, int row) {
        List<String> values = new ArrayList<>();
        for (ColumnVector column : batch.columns()) {
            values.add(value(column, row));
        }
        return String.join("|", values);
    }

    static String value(ColumnVector vector, int row) {
        if (vector.isUnavailable(row)) {
            return "?";
        }
        if (vector.isNull(row)) {
            return "-";
        }
        if (vector instanceof BooleanVector booleans) {
            return Byte.toString(booleans.get(row));
        } else if (vector instanceof IntVector ints) {
            return Integer.toString(ints.get(row));
        } else if (vector instanceof LongVector longs) {
            return Long.toString(longs.get(row));
        } else if (vector instanceof FloatVector floats) {
            return Float.toString(floats.get(row));
        } else if (vector instanceof DoubleVector doubles) {
            return Double.toString(doubles.get(row));
        } else if (vector instanceof Int128Vector wide) {
            byte[] bytes = ByteBuffer.allocate(16)
                    .putLong(wide.high()[row])
                    .putLong(wide.low()[row])
                    .array();
            return wide.type().kind() == DataType.Kind.UUID
                    ? HexFormat.of().formatHex(bytes)
                    : new BigInteger(bytes).toString();
        }
        BytesVector bytes = (BytesVector) vector;
        if (vector.type().kind() == DataType.Kind.BINARY) {
            return HexFormat.of().formatHex(bytes.data(), bytes.start(row), bytes.start(row) + bytes.length(row));
        }
        return bytes.string(row);
    }

    /** A table's schema as its catalog has it now; without a key when old rows come whole and there is no primary key. */
    TableSchema schema(String table) {
        TableId id = TableId.parse(table);
        List<Column> columns = new ArrayList<>();
        List<Integer> key = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET search_path = ''");
            try (ResultSet rows = statement.executeQuery("SELECT a.attname, format_type(a.atttypid, a.atttypmod),"
                    + " NOT a.attnotnull, coalesce(a.attnum = ANY (i.indkey), false) FROM pg_attribute a"
                    + " JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                    + " LEFT JOIN pg_index i ON i.indrelid = c.oid AND"
                    + " CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END"
                    + " WHERE n.nspname = '" + id.namespace() + "' AND c.relname = '"
                    + id.name().replace("'", "''")
                    + "' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum")) {
                while (rows.next()) {
                    if (rows.getBoolean(4)) {
                        key.add(columns.size());
                    }
                    columns.add(new Column(
                            rows.getString(1),
                            type(rows.getString(2)),
                            rows.getBoolean(3),
                            rows.getString(2),
                            Column.Storage.OUT_OF_LINE));
                }
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return new TableSchema(id, 0, columns, key);
    }

    private static DataType type(String nativeType) {
        if (nativeType.startsWith("numeric(")) {
            String[] parts = nativeType.substring(8, nativeType.length() - 1).split(",");
            return DataType.decimal(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }
        if (nativeType.startsWith("timestamp")) {
            return nativeType.endsWith("with time zone") ? DataType.TIMESTAMP_TZ : DataType.TIMESTAMP;
        }
        if (nativeType.startsWith("time")) {
            return DataType.TIME;
        }
        return switch (nativeType) {
            case "boolean" -> DataType.BOOLEAN;
            case "smallint", "integer", "public.small" -> DataType.INT32;
            case "bigint", "oid" -> DataType.INT64;
            case "real" -> DataType.FLOAT32;
            case "double precision" -> DataType.FLOAT64;
            case "date" -> DataType.DATE;
            case "bytea" -> DataType.BINARY;
            case "uuid" -> DataType.UUID;
            default -> DataType.STRING;
        };
    }

    @Override
    public void close() {
        stop();
    }
}
