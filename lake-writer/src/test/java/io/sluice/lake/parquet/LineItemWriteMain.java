package io.sluice.lake.parquet;

import io.sluice.pipeline.batch.BytesVector;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.trino.tpch.LineItem;
import io.trino.tpch.LineItemGenerator;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.data.Record;

/**
 * Rows per CPU second of writing lineitem (16 columns, zstd, local disk), Sluice's writer beside Iceberg's generic one.
 * Generating the rows and making records of them is outside the measurement. CPU is that of the writing thread, so the
 * figures hold on a busy machine too. Arguments: rows (600000), rounds (5).
 */
final class LineItemWriteMain {

    private static final int BATCH_ROWS = 8192;

    private LineItemWriteMain() {}

    public static void main(String[] arguments) throws IOException {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 600_000;
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        List<ColumnBatch> batches = lineItems(rows);
        Path folder = Files.createTempDirectory("lineitem");
        TestTable table = TestTable.create(folder, schema(), Map.of());
        List<Record> records = new ArrayList<>();
        for (ColumnBatch batch : batches) {
            records.addAll(Samples.records(batch, table.table.schema()));
        }
        for (int round = 1; round <= rounds; round++) {
            long start = cpuNanos();
            ColumnarFileWriter writer = table.writer();
            for (ColumnBatch batch : batches) {
                writer.append(batch);
            }
            report(round, "sluice", start, writer.close());
            start = cpuNanos();
            report(round, "iceberg generic", start, table.writeGeneric(records));
        }
    }

    private static void report(int round, String writer, long start, DataFile file) throws IOException {
        double seconds = (cpuNanos() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "round %d  %-16s %.3f M rows per CPU s  (%d rows, %.2f CPU s, %.1f MB)%n",
                round,
                writer,
                file.recordCount() / seconds / 1e6,
                file.recordCount(),
                seconds,
                file.fileSizeInBytes() / 1e6);
        Files.delete(Path.of(file.location()));
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    static TableSchema schema() {
        DataType money = DataType.decimal(15, 2);
        return new TableSchema(
                new TableId("tpch", "lineitem"),
                0,
                List.of(
                        Column.of("l_orderkey", DataType.INT64, false),
                        Column.of("l_partkey", DataType.INT64, false),
                        Column.of("l_suppkey", DataType.INT64, false),
                        Column.of("l_linenumber", DataType.INT32, false),
                        Column.of("l_quantity", money, false),
                        Column.of("l_extendedprice", money, false),
                        Column.of("l_discount", money, false),
                        Column.of("l_tax", money, false),
                        Column.of("l_returnflag", DataType.STRING, false),
                        Column.of("l_linestatus", DataType.STRING, false),
                        Column.of("l_shipdate", DataType.DATE, false),
                        Column.of("l_commitdate", DataType.DATE, false),
                        Column.of("l_receiptdate", DataType.DATE, false),
                        Column.of("l_shipinstruct", DataType.STRING, false),
                        Column.of("l_shipmode", DataType.STRING, false),
                        Column.of("l_comment", DataType.STRING, false)),
                List.of(0, 3));
    }

    static List<ColumnBatch> lineItems(int rows) {
        List<ColumnBatch> batches = new ArrayList<>();
        ColumnBatch batch = null;
        int made = 0;
        for (LineItem item : new LineItemGenerator(Math.max(1, rows / 5_000_000.0), 1, 1)) {
            if (made++ == rows) {
                break;
            }
            if (batch == null || batch.rowCount() == BATCH_ROWS) {
                batch = ColumnBatch.create(schema(), ColumnBatch.Content.SNAPSHOT, BATCH_ROWS);
                batches.add(batch);
            }
            add(batch, item);
        }
        return batches;
    }

    private static void add(ColumnBatch batch, LineItem item) {
        longs(batch, 0, item.getOrderKey());
        longs(batch, 1, item.getPartKey());
        longs(batch, 2, item.getSupplierKey());
        ((IntVector) batch.column(3)).append(item.getLineNumber());
        longs(batch, 4, item.getQuantity() * 100);
        longs(batch, 5, item.getExtendedPriceInCents());
        longs(batch, 6, item.getDiscountPercent());
        longs(batch, 7, item.getTaxPercent());
        text(batch, 8, item.getReturnFlag());
        text(batch, 9, item.getStatus());
        ((IntVector) batch.column(10)).append(item.getShipDate());
        ((IntVector) batch.column(11)).append(item.getCommitDate());
        ((IntVector) batch.column(12)).append(item.getReceiptDate());
        text(batch, 13, item.getShipInstructions());
        text(batch, 14, item.getShipMode());
        text(batch, 15, item.getComment());
        batch.endRow();
    }

    private static void longs(ColumnBatch batch, int column, long value) {
        ((LongVector) batch.column(column)).append(value);
    }

    private static void text(ColumnBatch batch, int column, String value) {
        ((BytesVector) batch.column(column)).append(value.getBytes(StandardCharsets.UTF_8));
    }
}
