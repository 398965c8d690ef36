package io.sluice.lake;

import io.sluice.testkit.hdfs.HdfsServer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A Hadoop catalog, which commits by renaming, and {@code hdfs://}. */
@Tag("slow")
class HdfsStoreIT extends FaultyCatalogContract {

    @TempDir
    static Path servers;

    private static HdfsServer hdfs;
    private static int lakes;

    @BeforeAll
    static void start() {
        hdfs = HdfsServer.start(servers);
    }

    @AfterAll
    static void stop() {
        hdfs.close();
    }

    @Override
    TestStore newStore(Path localDirectory) {
        return new TestStore("hadoop", "", hdfs.uri() + "/lake-" + ++lakes, Map.of());
    }
}
