package io.sluice.service.demo;

/** The demo's pipeline file. */
final class DemoPipeline {

    private DemoPipeline() {}

    static String yaml(DemoDirectory directory, int port) {
        return """
            # Written by 'sluice demo'. TPC-H's eight tables; one is filtered and partitioned, one gets a computed column.
            pipeline:
              name: demo
              commit-interval: 1s
              snapshot-parallelism: 2
              state-directory: "%s"

            source:
              type: postgres
              hostname: %s
              port: %d
              database-name: %s
              username: %s
              tables: public.*

            sink:
              type: iceberg
              namespace: tpch
              catalog:
                type: jdbc
                uri: "jdbc:sqlite:%s"
                warehouse: "%s"

            transform:
              - source-table: public.orders
                filter: "o_orderstatus <> 'P'"          # an order that becomes 'P' leaves the lake, and comes back
                partition-keys: year(o_orderdate)
              - source-table: public.lineitem
                projection: "*, l_extendedprice * (1 - l_discount) AS l_revenue"
            """.formatted(
                        directory.state(),
                        DemoDatabase.HOST,
                        port,
                        DemoDatabase.DATABASE,
                        DemoDatabase.USER,
                        directory.catalog(),
                        directory.warehouse());
    }
}
