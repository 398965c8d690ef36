package io.sluice.lake;

import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.schema.TableId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericFileWriterFactory;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.types.Types;

/** The rows of a table of dead letters, from and to its files. */
final class DeadLetterFiles {

    private static final String SOURCE_TABLE = "source_table";

    /** {@code sequence} rises in the order of writing, over all files. */
    static final Schema SCHEMA = new Schema(
            Types.NestedField.required(1, SOURCE_TABLE, Types.StringType.get()),
            Types.NestedField.required(2, "row_key", Types.StringType.get()),
            Types.NestedField.required(3, "event", Types.StringType.get()),
            Types.NestedField.required(4, "column_name", Types.StringType.get()),
            Types.NestedField.required(5, "reason", Types.StringType.get()),
            Types.NestedField.required(6, "position", Types.StringType.get()),
            Types.NestedField.required(7, "cut", Types.LongType.get()),
            Types.NestedField.required(8, "recorded_at", Types.TimestampType.withZone()),
            Types.NestedField.required(9, "epoch", Types.LongType.get()),
            Types.NestedField.required(10, "sequence", Types.LongType.get()));

    private DeadLetterFiles() {}

    static List<String> missingColumns(Table table) {
        return SCHEMA.columns().stream()
                .filter(column -> table.schema().findField(column.name()) == null
                        || !table.schema().findType(column.name()).equals(column.type()))
                .map(Types.NestedField::name)
                .toList();
    }

    /** Writes events into a file of their own; durable and referred to by nothing when this returns. */
    static DataFile write(
            TableId id, Table table, String name, List<DeadLetterEvent> events, long epoch, long firstSequence) {
        DataWriter<Record> writer = new GenericFileWriterFactory.Builder(table)
                .dataSchema(table.schema())
                .dataFileFormat(FileFormat.PARQUET)
                .build()
                .newDataWriter(CutFiles.factory(table, FileFormat.PARQUET, name).newOutputFile(), table.spec(), null);
        try (writer) {
            long sequence = firstSequence;
            for (DeadLetterEvent event : events) {
                writer.write(row(table.schema(), event, epoch, sequence++));
            }
        } catch (IOException | RuntimeException e) {
            throw StorageFailures.of(id, "write a file", e);
        }
        return writer.toDataFile();
    }

    private static Record row(Schema schema, DeadLetterEvent event, long epoch, long sequence) {
        DeadLetter letter = event.letter();
        GenericRecord row = GenericRecord.create(schema);
        row.setField(SOURCE_TABLE, letter.source().toString());
        row.setField("row_key", letter.key());
        row.setField("event", event.kind().name());
        row.setField("column_name", letter.column());
        row.setField("reason", letter.reason());
        row.setField("position", letter.position());
        row.setField("cut", letter.cut());
        row.setField("recorded_at", letter.at().atOffset(ZoneOffset.UTC));
        row.setField("epoch", epoch);
        row.setField("sequence", sequence);
        return row;
    }

    /** An event with its place in the order of writing. */
    private record Placed(long sequence, DeadLetterEvent event) {}

    /**
     * Events in the order of writing.
     *
     * @param lastSequence the last one's place; 0 when there is none
     */
    record Written(List<DeadLetterEvent> events, long lastSequence) {}

    /** All events. */
    static Written read(TableId id, Table table) {
        return read(id, table, Expressions.alwaysTrue());
    }

    /** The events of rows of one table at the source. */
    static Written readOf(TableId id, Table table, TableId source) {
        return read(id, table, Expressions.equal(SOURCE_TABLE, source.toString()));
    }

    private static Written read(TableId id, Table table, Expression which) {
        List<Placed> events = new ArrayList<>();
        try (CloseableIterable<Record> rows =
                IcebergGenerics.read(table).where(which).build()) {
            for (Record row : rows) {
                events.add(new Placed((long) row.getField("sequence"), event(row)));
            }
        } catch (IOException | RuntimeException e) {
            throw StorageFailures.of(id, "read the rows", e);
        }
        events.sort(Comparator.comparingLong(Placed::sequence));
        return new Written(
                events.stream().map(Placed::event).toList(),
                events.isEmpty() ? 0 : events.get(events.size() - 1).sequence());
    }

    static long lastSequence(Table table) {
        long last = 0;
        try (CloseableIterable<Record> rows =
                IcebergGenerics.read(table).select("sequence").build()) {
            for (Record row : rows) {
                last = Math.max(last, (long) row.getField("sequence"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return last;
    }

    private static DeadLetterEvent event(Record row) {
        return new DeadLetterEvent(
                DeadLetterEvent.Kind.valueOf((String) row.getField("event")),
                new DeadLetter(
                        TableId.parse((String) row.getField(SOURCE_TABLE)),
                        (String) row.getField("row_key"),
                        (String) row.getField("column_name"),
                        (String) row.getField("reason"),
                        (String) row.getField("position"),
                        (long) row.getField("cut"),
                        ((OffsetDateTime) row.getField("recorded_at")).toInstant()));
    }
}
