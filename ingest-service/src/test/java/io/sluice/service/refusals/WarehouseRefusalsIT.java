package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.postgres.EmbeddedPostgresServer;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A warehouse that cannot be written, or that is full at any moment, loses nothing and keeps no rubbish. */
class WarehouseRefusalsIT {

    @TempDir
    Path directory;

    private TestDatabase database;
    private Rig rig;

    /** What there is no more space for. */
    enum Full {
        DATA("/data/", 40_000),
        MANIFESTS(".avro", 100),
        TABLE_METADATA(".metadata.json", 100);

        private final String part;
        private final long bytes;

        Full(String part, long bytes) {
            this.part = part;
            this.bytes = bytes;
        }

        void begin() {
            FullDiskFileIO.limit(bytes, location -> location.contains(part));
        }
    }

    @BeforeEach
    void tables() {
        database = EmbeddedPostgresServer.shared().createDatabase();
        database.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, note text)",
                "INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 5000) i",
                "CREATE TABLE clients (id int PRIMARY KEY, note text)",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(1, 5000) i");
        rig = new Rig(database, directory, "orders", "clients")
                .catalogProperty("io-impl", FullDiskFileIO.class.getName());
    }

    @AfterEach
    void drop() {
        FullDiskFileIO.restore();
        database.close();
    }

    @Test
    void aWarehouseBelowAFileIsRefusedBeforeAnythingIsMade() throws InterruptedException, IOException {
        Path file = Files.writeString(directory.resolve("file"), "not a directory");
        rig.warehouse(file.resolve("warehouse"));
        PipelineStatus.Failure failure = rig.fails(ErrorKind.LAKE_REFUSED);
        assertThat(failure.message()).contains(file.resolve("warehouse").toString(), "cannot be written", "privileges");
        assertThat(failure.hint()).contains("Correct what the message names", "privileges");
        rig.assertNothingAtTheSource();
        rig.assertNoTables();

        rig.warehouse(directory.resolve("warehouse")).catchUpAndCompare();
    }

    @Test
    void aReadOnlyDirectoryIsRefusedBeforeAnythingIsMade() throws InterruptedException, IOException {
        Path closed = Files.createDirectory(directory.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
        assumeFalse(Files.isWritable(closed), "permissions do not bind this user");
        rig.warehouse(closed);
        PipelineStatus.Failure failure = rig.fails(ErrorKind.LAKE_REFUSED);
        assertThat(failure.message()).contains(closed.toString(), "cannot be written");
        rig.assertNothingAtTheSource();

        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr-xr-x"));
        rig.catchUpAndCompare();
    }

    @ParameterizedTest
    @EnumSource
    void aDiskThatIsFullInTheSnapshotGivesTheSnapshotUpWhole(Full full) throws InterruptedException {
        PipelineStatus.Failure failure = failsOnceRunning(full);
        assertToldFull(failure);

        FullDiskFileIO.restore();
        rig.catchUpAndCompare();
        assertNoRubbish(full);
    }

    @ParameterizedTest
    @EnumSource
    void aDiskThatIsFullInTheStreamGivesTheCutUpWhole(Full full) throws InterruptedException {
        rig.catchUpAndCompare();
        long orders = rig.publishedCut("orders");
        long clients = rig.publishedCut("clients");
        database.inTransaction(
                "UPDATE orders SET note = md5(note) WHERE id <= 3000",
                "DELETE FROM clients WHERE id > 4000",
                "INSERT INTO clients SELECT i, md5(i::text) FROM generate_series(10001, 12000) i");
        PipelineStatus.Failure failure = failsOnceRunning(full);
        assertToldFull(failure);
        assertThat(rig.publishedCut("orders")).isEqualTo(orders);
        assertThat(rig.publishedCut("clients")).isEqualTo(clients);

        FullDiskFileIO.restore();
        rig.catchUpAndCompare();
        assertNoRubbish(full);
    }

    /** The disk is full from the moment that the pipeline owns its tables. */
    private PipelineStatus.Failure failsOnceRunning(Full full) throws InterruptedException {
        try (Pipeline pipeline = rig.pipeline(event -> {
            if (event instanceof PipelineEvent.StateChanged changed && changed.to() == PipelineState.RUNNING) {
                full.begin();
            }
        })) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            return rig.awaitFailure(pipeline, ErrorKind.LAKE_REFUSED);
        }
    }

    private static void assertToldFull(PipelineStatus.Failure failure) {
        assertThat(failure.message()).contains("No space left on device").containsPattern("lake\\.(orders|clients)");
        assertThat(failure.hint()).contains("free space", "start the pipeline again");
    }

    /** Iceberg's table operations leave a metadata file behind that could only be begun; it is next to nothing. */
    private void assertNoRubbish(Full full) {
        try (LakeReader lake = rig.lake()) {
            Set<String> files = lake.unreferencedFiles();
            if (full == Full.TABLE_METADATA) {
                assertThat(files)
                        .allMatch(file -> file.contains(".metadata.json"))
                        .hasSizeLessThanOrEqualTo(2);
            } else {
                assertThat(files).isEmpty();
            }
        }
    }
}
