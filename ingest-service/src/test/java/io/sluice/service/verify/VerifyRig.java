package io.sluice.service.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.OverwriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.parquet.Parquet;
import org.awaitility.Awaitility;

/** A database, a lake in a directory and a pipeline between them, whose lake others write to. */
final class VerifyRig {

    static final Duration LIMIT = Duration.ofMinutes(3);

    /** Who another writer of a lake table pretends to be. */
    enum Marks {
        /** Nobody: the pipeline can see that the rows are not its own. */
        AS_THEY_ARE,
        /** A pipeline with a defect: the marks speak of the new snapshot. */
        FORGED
    }

    private final TestDatabase database;
    private final Path directory;
    private final Path file;

    VerifyRig(TestDatabase database, Path directory, String tables, String transform) {
        this(database, directory, tables, transform, "tag-interval: 365d");
    }

    /** @param setting a line of the pipeline's section */
    VerifyRig(TestDatabase database, Path directory, String tables, String transform, String setting) {
        this.database = database;
        this.directory = directory;
        this.file = directory.resolve("shop.yaml");
        try {
            Files.writeString(file, """
                    pipeline:
                      name: shop
                      commit-interval: 200ms
                      state-directory: "%s"
                      %s
                    source:
                      type: postgres
                      hostname: %s
                      port: %d
                      database-name: %s
                      username: %s
                      slot-name: verify_%s
                      tables: %s
                    sink:
                      type: iceberg
                      namespace: shop
                      catalog:
                        type: jdbc
                        uri: "%s"
                        warehouse: "%s"
                    %s
                    """.formatted(
                            directory.resolve("state"),
                            setting,
                            database.host(),
                            database.port(),
                            database.name(),
                            database.user(),
                            database.name(),
                            tables,
                            uri(),
                            directory.resolve("warehouse"),
                            transform));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file() {
        return file;
    }

    PipelineAssembly assembly() {
        return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file));
    }

    Pipeline pipeline() {
        return assembly().pipeline(event -> {}, Clock.systemUTC());
    }

    /** A pipeline that runs and has published everything committed before this call. */
    Pipeline running() {
        Pipeline pipeline = pipeline();
        pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
        awaitPublished(pipeline);
        return pipeline;
    }

    void awaitPublished(Pipeline pipeline) {
        LogSequenceNumber position = database.currentPosition();
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            assertThat(pipeline.status().state())
                    .as("with failure %s", pipeline.status().error())
                    .isNotEqualTo(PipelineState.FAILED);
            return pipeline.status()
                    .position()
                    .map(LogSequenceNumber::parse)
                    .filter(reached -> reached.covers(position))
                    .isPresent();
        });
    }

    void catchUp() throws InterruptedException {
        try (Pipeline pipeline = pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(LIMIT)).isTrue();
            assertThat(pipeline.status().state())
                    .as("with failure %s", pipeline.status().error())
                    .isEqualTo(PipelineState.STOPPED);
        }
    }

    VerificationReport verify(int attempts) throws InterruptedException {
        return verification(attempts).report();
    }

    Verifier.Verification verification(int attempts) throws InterruptedException {
        // As little memory as it takes, so that tables are compared in parts.
        Verifier.Settings settings = new Verifier.Settings(1 << 20, attempts, Duration.ofSeconds(20), 100);
        return new Verifier(assembly(), settings).run(step -> {});
    }

    void assertLake(String table, String query) {
        try (LakeReader lake = LakeReader.open(uri(), directory.resolve("warehouse"))) {
            new SourceLakeChecker(database).assertSame(query, lake.table("shop." + table));
        }
    }

    /** The lake table's current snapshot. */
    Optional<Long> snapshotId(String table) {
        try (LakeReader lake = LakeReader.open(uri(), directory.resolve("warehouse"))) {
            OptionalLong id = lake.table("shop." + table).snapshotId();
            return id.isPresent() ? Optional.of(id.getAsLong()) : Optional.empty();
        }
    }

    /** A value of the current snapshot's summary. */
    String summary(String table, String name) {
        try (LakeReader lake = LakeReader.open(uri(), directory.resolve("warehouse"))) {
            return lake.table("shop." + table).summary(name).orElse("");
        }
    }

    long cut(String table) {
        try (LakeReader lake = LakeReader.open(uri(), directory.resolve("warehouse"))) {
            return Long.parseLong(
                    lake.table("shop." + table).property("sluice.cut").orElseThrow());
        }
    }

    /** What another engine does that writes a table's rows anew. */
    void rewriteLake(String name, Marks marks, Consumer<List<Record>> change) {
        withTable(name, table -> {
            List<Record> rows = new ArrayList<>();
            List<DataFile> old = new ArrayList<>();
            try (CloseableIterable<Record> records = IcebergGenerics.read(table).build();
                    CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                records.forEach(rows::add);
                tasks.forEach(task -> old.add(task.file()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            change.accept(rows);
            Transaction transaction = table.newTransaction();
            OverwriteFiles overwrite = transaction.newOverwrite();
            old.forEach(overwrite::deleteFile);
            overwrite.addFile(write(table, rows));
            overwrite.commit();
            if (marks == Marks.FORGED) {
                transaction
                        .updateProperties()
                        .set(
                                "sluice.snapshot-id",
                                Long.toString(
                                        transaction.table().currentSnapshot().snapshotId()))
                        .commit();
            }
            transaction.commitTransaction();
        });
    }

    /** Sets properties of a lake table. */
    void setProperties(String name, Map<String, String> properties) {
        withTable(name, table -> {
            var update = table.updateProperties();
            properties.forEach(update::set);
            update.commit();
        });
    }

    private void withTable(String name, Consumer<Table> action) {
        try (JdbcCatalog catalog = new JdbcCatalog()) {
            catalog.setConf(new Configuration());
            catalog.initialize(
                    "sluice",
                    Map.of(
                            CatalogProperties.URI,
                            uri(),
                            CatalogProperties.WAREHOUSE_LOCATION,
                            directory.resolve("warehouse").toString(),
                            "jdbc.schema-version",
                            "V1"));
            action.accept(catalog.loadTable(TableIdentifier.of("shop", name)));
        }
    }

    private static DataFile write(Table table, List<Record> rows) {
        try (DataWriter<Record> writer = Parquet.writeData(table.io()
                        .newOutputFile(table.locationProvider().newDataLocation(UUID.randomUUID() + ".parquet")))
                .schema(table.schema())
                .withSpec(table.spec())
                .createWriterFunc(GenericParquetWriter::create)
                .overwrite()
                .build()) {
            rows.forEach(writer::write);
            writer.close();
            return writer.toDataFile();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String uri() {
        return "jdbc:sqlite:" + directory.resolve("catalog.db");
    }
}
