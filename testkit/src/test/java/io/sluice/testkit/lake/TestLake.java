package io.sluice.testkit.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.DVFileWriter;
import org.apache.iceberg.io.FileAppender;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.parquet.Parquet;

/** A small lake written with Iceberg's generic classes, so that the readers have something to read. */
final class TestLake implements AutoCloseable {

    final String uri;
    final Path warehouse;
    private final JdbcCatalog catalog = new JdbcCatalog();

    TestLake(Path warehouse) {
        this.warehouse = warehouse;
        this.uri = "jdbc:sqlite:" + warehouse.resolve("catalog.db");
        catalog.setConf(new Configuration());
        catalog.initialize(
                "any-name",
                Map.of(
                        CatalogProperties.URI,
                        uri,
                        CatalogProperties.WAREHOUSE_LOCATION,
                        warehouse.toString(),
                        "jdbc.schema-version",
                        "V1"));
        catalog.createNamespace(Namespace.of("shop"));
    }

    Table create(String name, Schema schema) {
        return catalog.createTable(
                TableIdentifier.of("shop", name), schema, PartitionSpec.unpartitioned(), Map.of("format-version", "3"));
    }

    static Record row(Schema schema, Object... values) {
        GenericRecord record = GenericRecord.create(schema);
        for (int i = 0; i < values.length; i++) {
            record.set(i, values[i]);
        }
        return record;
    }

    /** Writes a file that no table refers to yet. */
    static DataFile write(Table table, List<Record> rows) throws IOException {
        String location = table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet");
        OutputFile output = table.io().newOutputFile(location);
        FileAppender<Record> appender = Parquet.write(output)
                .schema(table.schema())
                .createWriterFunc(type -> GenericParquetWriter.create(table.schema(), type))
                .build();
        try (appender) {
            appender.addAll(rows);
        }
        return DataFiles.builder(PartitionSpec.unpartitioned())
                .withPath(location)
                .withFileSizeInBytes(appender.length())
                .withMetrics(appender.metrics())
                .withFormat("parquet")
                .build();
    }

    static DataFile append(Table table, long cut, Record... rows) throws IOException {
        DataFile file = write(table, List.of(rows));
        table.newFastAppend()
                .appendFile(file)
                .set("sluice.cut", Long.toString(cut))
                .commit();
        return file;
    }

    static void delete(Table table, long cut, DataFile file, long position) throws IOException {
        DVFileWriter writer = new BaseDVFileWriter(
                OutputFileFactory.builderFor(table, 1, 1)
                        .format(org.apache.iceberg.FileFormat.PUFFIN)
                        .build(),
                path -> null);
        writer.delete(file.location(), position, table.spec(), null);
        writer.close();
        var delta = table.newRowDelta().set("sluice.cut", Long.toString(cut));
        for (DeleteFile deletes : writer.result().deleteFiles()) {
            delta.addDeletes(deletes);
        }
        delta.commit();
    }

    @Override
    public void close() {
        catalog.close();
    }
}
