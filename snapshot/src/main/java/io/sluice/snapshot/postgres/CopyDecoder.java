package io.sluice.snapshot.postgres;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes the messages of one {@code COPY … (FORMAT binary)} into a batch. The stream is a header, rows (number of
 * fields in 16 bits, then each field's length in 32 bits and its bytes, -1 for null) and a trailer of -1; the server
 * never splits a row over two messages. Used by one thread.
 */
final class CopyDecoder {

    private static final byte[] SIGNATURE = "PGCOPY\n\377\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int NULL_LENGTH = -1;
    private static final short TRAILER = -1;

    private final TableSchema schema;
    private final ValueDecoder[] decoders;
    private final String source;
    private final boolean[] isKey;
    private boolean started;

    /**
     * A decoder of one stream.
     *
     * @param schema the columns as the select list has them
     * @param forms how each comes
     * @param source what is read, for messages
     */
    CopyDecoder(TableSchema schema, List<WireForm> forms, String source) {
        this.schema = schema;
        this.source = source;
        this.isKey = new boolean[schema.width()];
        schema.key().forEach(index -> isKey[index] = true);
        this.decoders = new ValueDecoder[schema.width()];
        for (int i = 0; i < decoders.length; i++) {
            decoders[i] = ValueDecoder.create(forms.get(i), schema.column(i).type());
        }
    }

    /**
     * Appends the rows of one message to the batch. A value without a lossless place is noted in the batch.
     *
     * @throws PipelineException {@code DATA_REFUSED} when that is a value of the key, or of a table without one
     */
    void append(byte[] message, ColumnBatch batch) {
        try {
            decode(message, batch);
        } catch (IndexOutOfBoundsException e) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, schema.table(), "A row ends too early while reading " + source, e);
        }
    }

    private void decode(byte[] message, ColumnBatch batch) {
        int position = started ? 0 : header(message);
        ColumnVector[] vectors = batch.columns();
        while (position < message.length) {
            int fields = (short) ValueDecoder.SHORTS.get(message, position);
            position += Short.BYTES;
            if (fields == TRAILER) {
                return;
            }
            if (fields != decoders.length) {
                throw new PipelineException(
                        ErrorKind.INTERNAL,
                        schema.table(),
                        "A row has " + fields + " fields while reading " + source + ", expected " + decoders.length,
                        null);
            }
            for (int column = 0; column < decoders.length; column++) {
                int length = (int) ValueDecoder.INTS.get(message, position);
                position += Integer.BYTES;
                if (length == NULL_LENGTH) {
                    vectors[column].appendNull();
                } else {
                    try {
                        decoders[column].decode(message, position, length, vectors[column]);
                    } catch (ValueRefusedException e) {
                        refuse(column, e.reason(), batch);
                    }
                    position += length;
                }
            }
            batch.endRow();
        }
    }

    /** Checks the header and returns where the rows begin. */
    private int header(byte[] message) {
        if (message.length < SIGNATURE.length + 2 * Integer.BYTES
                || !Arrays.equals(message, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
            throw new PipelineException(
                    ErrorKind.INTERNAL, schema.table(), "The copy stream has an unknown form: " + source, null);
        }
        started = true;
        int extension = (int) ValueDecoder.INTS.get(message, SIGNATURE.length + Integer.BYTES);
        return SIGNATURE.length + 2 * Integer.BYTES + extension;
    }

    /** Decoders append last, so that a refused value has left nothing in its vector. */
    private void refuse(int column, String reason, ColumnBatch batch) {
        TableId table = schema.table();
        String name = schema.column(column).name();
        String type = schema.column(column).nativeType();
        String message = "A value of column '" + name + "' of " + table + " (" + type + ") " + reason
                + " and has no lossless place in the lake. It was met while reading " + source
                + ". Correct the rows at the source, or change the column's type.";
        if (isKey[column] || !schema.hasKey()) {
            throw new PipelineException(ErrorKind.DATA_REFUSED, table, message, null);
        }
        batch.column(column).appendNull();
        batch.refuse(
                name,
                "The value (" + type + ") " + reason
                        + ", so it has no lossless place in the lake. Correct the row at the source, or change the column's"
                        + " type.",
                message);
    }
}
