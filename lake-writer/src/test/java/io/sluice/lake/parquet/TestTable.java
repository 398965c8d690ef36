package io.sluice.lake.parquet;

import io.sluice.lake.schema.IcebergSchemas;
import io.sluice.pipeline.schema.TableSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetReaders;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.hadoop.HadoopTables;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;

/** A table in a folder, and Iceberg's own reader and writer for it. */
final class TestTable {

    final Path folder;
    final Table table;

    private TestTable(Path folder, Table table) {
        this.folder = folder;
        this.table = table;
    }

    static TestTable create(Path folder, TableSchema schema, Map<String, String> properties, String... partitionKeys) {
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent("format-version", "3");
        org.apache.iceberg.Schema iceberg = IcebergSchemas.schema(schema);
        PartitionSpec spec = IcebergSchemas.partitionSpec(schema.table(), iceberg, List.of(partitionKeys));
        Path location = folder.resolve("table-" + System.nanoTime());
        return new TestTable(
                location, new HadoopTables(new Configuration()).create(iceberg, spec, all, location.toString()));
    }

    OutputFileFactory files() {
        return OutputFileFactory.builderFor(table, 1, 1).build();
    }

    OutputFile newFile() {
        return files().newOutputFile().encryptingOutputFile();
    }

    ColumnarFileWriter writer() {
        return writer(newFile());
    }

    ColumnarFileWriter writer(OutputFile file) {
        return new ColumnarFileWriter(
                Samples.TABLE,
                table,
                file,
                PartitionSpec.unpartitioned(),
                GenericRecord.create(PartitionSpec.unpartitioned().partitionType()));
    }

    /** Every file below the data folder but checksums. */
    List<Path> dataFiles() {
        Path data = folder.resolve("data");
        if (!Files.exists(data)) {
            return List.of();
        }
        try (Stream<Path> paths = Files.walk(data)) {
            return paths.filter(Files::isRegularFile)
                    .filter(path -> !path.getFileName().toString().endsWith(".crc"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The file's rows by Iceberg's generic reader. */
    List<Record> read(DataFile file) throws IOException {
        InputFile input = table.io().newInputFile(file.location());
        try (CloseableIterable<Record> records = Parquet.read(input)
                .project(table.schema())
                .createReaderFunc(type -> GenericParquetReaders.buildReader(table.schema(), type))
                .build()) {
            return list(records);
        }
    }

    /** The table's rows by a scan. */
    List<Record> scan() throws IOException {
        try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            return list(records);
        }
    }

    private static List<Record> list(CloseableIterable<Record> records) {
        List<Record> result = new ArrayList<>();
        for (Record record : records) {
            result.add(record.copy());
        }
        return result;
    }

    /** A file of these rows by Iceberg's generic writer. */
    DataFile writeGeneric(List<Record> records) throws IOException {
        DataWriter<Record> writer = Parquet.writeData(newFile())
                .forTable(table)
                .withSpec(PartitionSpec.unpartitioned())
                .createWriterFunc(GenericParquetWriter::create)
                .build();
        try (writer) {
            writer.write(records);
        }
        return writer.toDataFile();
    }
}
