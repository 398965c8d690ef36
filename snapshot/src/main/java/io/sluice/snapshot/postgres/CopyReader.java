package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SnapshotConsumer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.StringJoiner;
import org.postgresql.copy.CopyOut;

/** Runs one {@code COPY (SELECT …) TO STDOUT (FORMAT binary)} and hands its rows on in batches of bounded size. */
final class CopyReader {

    /** Of every message: its type and length. */
    private static final int MESSAGE_OVERHEAD = 5;

    private final TableSchema schema;
    private final List<WireForm> forms;
    private final int batchRows;
    private final long batchBytes;

    CopyReader(TableSchema schema, List<WireForm> forms, int batchRows, long batchBytes) {
        this.schema = schema;
        this.forms = forms;
        this.batchRows = batchRows;
        this.batchBytes = batchBytes;
    }

    /** The schema's columns as a select list. */
    String selectList() {
        StringJoiner list = new StringJoiner(", ");
        for (int i = 0; i < schema.width(); i++) {
            list.add(forms.get(i).expression(schema.column(i).name()));
        }
        return list.toString();
    }

    /**
     * Reads to the end.
     *
     * @param query a query with {@link #selectList}
     * @param source what is read, for messages
     * @throws PipelineException {@code DATA_REFUSED}, {@code INTERRUPTED}; the connection is then in the middle of the
     *     copy and has to be closed
     */
    void read(Connection connection, String query, String source, SnapshotConsumer consumer) throws SQLException {
        CopyOut copy =
                Connections.postgres(connection).getCopyAPI().copyOut("COPY (" + query + ") TO STDOUT (FORMAT binary)");
        CopyDecoder decoder = new CopyDecoder(schema, forms, source);
        ColumnBatch batch = ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, batchRows);
        long bytes = 0;
        byte[] message;
        while ((message = copy.readFromCopy()) != null) {
            if (batch.rowCount() > 0 && (batch.rowCount() >= batchRows || bytes + message.length > batchBytes)) {
                if (Thread.currentThread().isInterrupted()) {
                    throw PipelineException.interrupted("reading " + source);
                }
                consumer.accept(batch, bytes);
                batch = emptied(batch, bytes);
                bytes = 0;
            }
            decoder.append(message, batch);
            bytes += message.length + MESSAGE_OVERHEAD;
        }
        if (batch.rowCount() > 0) {
            consumer.accept(batch, bytes);
        }
    }

    /** The same batch without rows, or a new one when a single huge row has blown its vectors up. */
    private ColumnBatch emptied(ColumnBatch batch, long bytes) {
        if (bytes > 2 * batchBytes) {
            return ColumnBatch.create(schema, ColumnBatch.Content.SNAPSHOT, batchRows);
        }
        for (int i = 0; i < schema.width(); i++) {
            batch.column(i).clear();
        }
        batch.endRows(0);
        return batch;
    }
}
