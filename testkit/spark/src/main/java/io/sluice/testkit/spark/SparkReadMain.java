package io.sluice.testkit.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * Runs queries with Spark SQL, in local mode, on a lake with a JDBC catalog, which is Spark's catalog {@code sluice}.
 *
 * <p>The answer to the query with index N goes to the file {@code N.txt}: a line with the result's columns as {@code
 * name type}, and a line per row, sorted, as {@link RowText} writes it. A query that Spark refuses gives a file whose only
 * line begins with {@code REFUSED}.
 */
public final class SparkReadMain {

    private SparkReadMain() {}

    /** Takes the catalog's URI, the warehouse, the directory of the answers, and any number of queries. */
    public static void main(String[] arguments) throws IOException {
        Path answers = Path.of(arguments[2]);
        Files.createDirectories(answers);
        try (SparkSession spark = session(arguments[0], arguments[1])) {
            for (int i = 3; i < arguments.length; i++) {
                Files.write(answers.resolve(i - 3 + ".txt"), answer(spark, arguments[i]), StandardCharsets.UTF_8);
            }
            System.out.println("Spark " + spark.version() + " answered " + (arguments.length - 3) + " queries");
        }
    }

    private static SparkSession session(String uri, String warehouse) {
        return SparkSession.builder()
                .master("local[1]")
                .appName("sluice-reader")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "1")
                // Values that mean the same everywhere: java.time instead of calendars and the zone of this machine.
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.datetime.java8API.enabled", "true")
                .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
                .config("spark.sql.catalog.sluice", "org.apache.iceberg.spark.SparkCatalog")
                .config("spark.sql.catalog.sluice.type", "jdbc")
                .config("spark.sql.catalog.sluice.uri", uri)
                .config("spark.sql.catalog.sluice.warehouse", warehouse)
                .config("spark.sql.catalog.sluice.jdbc.schema-version", "V1")
                .getOrCreate();
    }

    private static List<String> answer(SparkSession spark, String query) {
        Dataset<Row> result;
        try {
            result = spark.sql(query);
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof UnsupportedOperationException) {
                    return List.of("REFUSED " + cause.getMessage());
                }
            }
            throw e;
        }
        List<String> rows = new ArrayList<>();
        for (Row row : result.collectAsList()) {
            rows.add(RowText.of(row));
        }
        rows.sort(null);
        List<String> columns = new ArrayList<>();
        for (StructField field : result.schema().fields()) {
            columns.add(field.name() + " " + field.dataType().simpleString());
        }
        rows.add(0, String.join("\t", columns));
        return rows;
    }
}
