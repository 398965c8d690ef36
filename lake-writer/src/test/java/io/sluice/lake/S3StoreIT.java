package io.sluice.lake;

import io.sluice.testkit.rest.RestCatalogServer;
import io.sluice.testkit.rest.RestCatalogServer.Fault;
import io.sluice.testkit.s3.S3Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A REST catalog, with one commit for all tables, and {@code s3a://}. */
@Tag("slow")
class S3StoreIT extends StoreContract {

    private static final String COMMIT = "POST .*/transactions/commit";

    @TempDir
    static Path servers;

    private static S3Server s3;
    private static int lakes;

    private final List<RestCatalogServer> catalogs = new ArrayList<>();

    @BeforeAll
    static void start() {
        s3 = S3Server.start(servers.resolve("s3"));
    }

    @AfterAll
    static void stop() {
        s3.close();
    }

    @Override
    void closeServers() {
        s3.faults().clear();
        catalogs.forEach(RestCatalogServer::close);
    }

    @Override
    TestLake newLake(Path localDirectory) {
        String bucket = "lake-" + ++lakes;
        s3.createBucket(bucket);
        Map<String, String> hadoop = new HashMap<>(s3.hadoopProperties());
        hadoop.put("fs.s3a.attempts.maximum", "1");
        hadoop.put("fs.s3a.retry.limit", "1");
        hadoop.put("fs.s3a.retry.interval", "1ms");
        String warehouse = "s3a://" + bucket + "/warehouse";
        RestCatalogServer catalog = RestCatalogServer.start(made(localDirectory.resolve("rest")), warehouse, hadoop);
        catalogs.add(catalog);
        return new TestLake(localDirectory, new TestStore("rest", catalog.uri(), warehouse, hadoop));
    }

    private static Path made(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RestCatalogServer catalog() {
        return catalogs.get(0);
    }

    @Override
    void answerNextCommit(Answer answer) {
        catalog()
                .failNext(
                        COMMIT,
                        switch (answer) {
                            case FAILED_THOUGH_DONE -> Fault.CONFLICT_AFTER_EFFECT;
                            case ERROR_THOUGH_DONE -> Fault.ERROR_AFTER_EFFECT;
                            case LOST_THOUGH_DONE -> Fault.LOST_RESPONSE;
                            case LOST_AND_NOT_DONE -> Fault.LOST_REQUEST;
                            case FAILED_AND_NOT_DONE -> Fault.CONFLICT;
                        });
    }

    @Override
    void goAway() {
        catalog().goAway();
    }

    @Override
    void comeBack() {
        catalog().comeBack();
    }
}
