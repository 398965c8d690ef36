package io.sluice.service.demo;

import java.util.List;

/** How to read the demo's lake from other engines. */
final class ReadingHints {

    private ReadingHints() {}

    /** @param ordersMetadata the current metadata file of the table {@code tpch.orders} */
    static List<String> lines(DemoDirectory directory, String ordersMetadata) {
        return """
            Spark
              spark-sql --packages org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.12.0,org.xerial:sqlite-jdbc:3.50.3.0 \\
                --conf spark.sql.catalog.sluice=org.apache.iceberg.spark.SparkCatalog \\
                --conf spark.sql.catalog.sluice.type=jdbc \\
                --conf spark.sql.catalog.sluice.uri=jdbc:sqlite:%1$s \\
                --conf spark.sql.catalog.sluice.jdbc.schema-version=V1 \\
                --conf spark.sql.catalog.sluice.warehouse=%2$s \\
                -e "SELECT o_orderstatus, count(*) FROM sluice.tpch.orders GROUP BY 1"

            Trino, etc/catalog/sluice.properties (with sqlite-jdbc's jar in plugin/iceberg)
              connector.name=iceberg
              iceberg.catalog.type=jdbc
              iceberg.jdbc-catalog.catalog-name=sluice
              iceberg.jdbc-catalog.driver-class=org.sqlite.JDBC
              iceberg.jdbc-catalog.connection-url=jdbc:sqlite:%1$s
              iceberg.jdbc-catalog.default-warehouse-dir=%2$s
              fs.hadoop.enabled=true
              SELECT o_orderstatus, count(*) FROM sluice.tpch.orders GROUP BY 1;

            DuckDB (a release that reads Iceberg format version 3)
              INSTALL iceberg; LOAD iceberg;
              SELECT o_orderstatus, count(*) FROM iceberg_scan('%3$s') GROUP BY 1;
            """.formatted(directory.catalog(), directory.warehouse(), ordersMetadata)
                .lines()
                .toList();
    }
}
