package io.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import java.io.Closeable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IcebergCatalogsTest {

    @ParameterizedTest
    @CsvSource({
        "fs.s3a.endpoint, fs.s3a.endpoint",
        "fs.defaultFS, fs.defaultFS",
        "dfs.client.use.datanode.hostname, dfs.client.use.datanode.hostname",
        "hadoop.fs.s3a.endpoint, fs.s3a.endpoint",
        "hadoop.io.file.buffer.size, io.file.buffer.size",
        "hadoop.hadoop.security.authentication, hadoop.security.authentication"
    })
    void aPropertyOfHadoopsGoesIntoItsConfigurationAndNotToTheCatalog(String property, String name) {
        CatalogOptions options = rest(Map.of(property, "chosen"));

        assertThat(IcebergCatalogs.hadoop(options).get(name)).isEqualTo("chosen");
        assertThat(IcebergCatalogs.properties(options)).doesNotContainKeys(property, name);
    }

    @ParameterizedTest
    @CsvSource({"token", "s3.endpoint", "client.region", "header.x-tenant", "fs", "hadoop"})
    void anyOtherPropertyIsTheCatalogs(String property) {
        CatalogOptions options = rest(Map.of(property, "chosen"));

        assertThat(IcebergCatalogs.properties(options)).containsEntry(property, "chosen");
        assertThat(IcebergCatalogs.hadoop(options).get(property)).isNull();
    }

    @Test
    void objectsOfAnS3SchemeAreReachedThroughHadoopUnlessToldOtherwise() {
        assertThat(IcebergCatalogs.hadoop(rest(Map.of())).get("fs.s3.impl"))
                .isEqualTo("org.apache.hadoop.fs.s3a.S3AFileSystem");
        assertThat(IcebergCatalogs.hadoop(rest(Map.of("fs.s3.impl", "some.Other")))
                        .get("fs.s3.impl"))
                .isEqualTo("some.Other");
        assertThat(IcebergCatalogs.properties(rest(Map.of())))
                .containsEntry("io-impl", "org.apache.iceberg.hadoop.HadoopFileIO");
        assertThat(IcebergCatalogs.properties(rest(Map.of("io-impl", "some.FileIO"))))
                .containsEntry("io-impl", "some.FileIO");
    }

    @Test
    void whatOneLakeSetsIsNotSetForAnother() {
        Configuration one = IcebergCatalogs.hadoop(rest(Map.of("fs.s3a.access.key", "one")));

        assertThat(one.get("fs.s3a.access.key")).isEqualTo("one");
        assertThat(IcebergCatalogs.hadoop(rest(Map.of())).get("fs.s3a.access.key"))
                .isNull();
    }

    @Test
    void aNameWithoutTypeOrClassIsRefusedWithWhatThereIs() {
        assertThatThrownBy(() -> IcebergCatalogs.properties(options("polaris", Map.of())))
                .isInstanceOfSatisfying(
                        PipelineException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CONFIGURATION))
                .hasMessageContainingAll("polaris", "rest", "hadoop", "name of a class");
        assertThat(IcebergCatalogs.properties(options("org.example.Catalog", Map.of())))
                .containsEntry("catalog-impl", "org.example.Catalog");
    }

    @Test
    void processesThatOpenANewJdbcCatalogAtOnceDoNotGetInEachOthersWay(@TempDir Path directory) throws Exception {
        int openers = 8;
        ExecutorService executor = Executors.newFixedThreadPool(openers);
        try {
            for (int round = 0; round < 4; round++) {
                CatalogOptions options = CatalogOptions.of(
                        "jdbc",
                        "jdbc:sqlite:" + directory.resolve("catalog-" + round + ".db"),
                        directory.resolve("warehouse").toString(),
                        Map.of());
                CyclicBarrier together = new CyclicBarrier(openers);
                List<Future<?>> opened = new ArrayList<>();
                for (int i = 0; i < openers; i++) {
                    opened.add(executor.submit(() -> {
                        together.await();
                        ((Closeable) IcebergCatalogs.open(options)).close();
                        return null;
                    }));
                }
                for (Future<?> one : opened) {
                    one.get();
                }
            }
        } finally {
            executor.shutdownNow();
        }
    }

    private static CatalogOptions rest(Map<String, String> properties) {
        return options("rest", properties);
    }

    private static CatalogOptions options(String type, Map<String, String> properties) {
        return CatalogOptions.of(type, "http://localhost/", "s3a://lake/warehouse", properties);
    }
}
