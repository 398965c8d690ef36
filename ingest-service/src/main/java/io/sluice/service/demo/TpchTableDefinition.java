package io.sluice.service.demo;

import java.util.List;

/** The eight tables of TPC-H (specification, clause 1.4) as PostgreSQL knows them, referenced tables first. */
enum TpchTableDefinition {
    REGION(
            "region",
            "r_regionkey bigint NOT NULL, r_name char(25) NOT NULL, r_comment varchar(152)",
            "r_regionkey",
            List.of()),
    NATION(
            "nation",
            "n_nationkey bigint NOT NULL, n_name char(25) NOT NULL, n_regionkey bigint NOT NULL, n_comment varchar(152)",
            "n_nationkey",
            List.of("FOREIGN KEY (n_regionkey) REFERENCES region")),
    SUPPLIER(
            "supplier",
            "s_suppkey bigint NOT NULL, s_name char(25) NOT NULL, s_address varchar(40) NOT NULL,"
                    + " s_nationkey bigint NOT NULL, s_phone char(15) NOT NULL, s_acctbal numeric(15,2) NOT NULL,"
                    + " s_comment varchar(101) NOT NULL",
            "s_suppkey",
            List.of("FOREIGN KEY (s_nationkey) REFERENCES nation")),
    PART(
            "part",
            "p_partkey bigint NOT NULL, p_name varchar(55) NOT NULL, p_mfgr char(25) NOT NULL,"
                    + " p_brand char(10) NOT NULL, p_type varchar(25) NOT NULL, p_size integer NOT NULL,"
                    + " p_container char(10) NOT NULL, p_retailprice numeric(15,2) NOT NULL,"
                    + " p_comment varchar(23) NOT NULL",
            "p_partkey",
            List.of()),
    PARTSUPP(
            "partsupp",
            "ps_partkey bigint NOT NULL, ps_suppkey bigint NOT NULL, ps_availqty integer NOT NULL,"
                    + " ps_supplycost numeric(15,2) NOT NULL, ps_comment varchar(199) NOT NULL",
            "ps_partkey, ps_suppkey",
            List.of("FOREIGN KEY (ps_partkey) REFERENCES part", "FOREIGN KEY (ps_suppkey) REFERENCES supplier")),
    CUSTOMER(
            "customer",
            "c_custkey bigint NOT NULL, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL,"
                    + " c_nationkey bigint NOT NULL, c_phone char(15) NOT NULL, c_acctbal numeric(15,2) NOT NULL,"
                    + " c_mktsegment char(10) NOT NULL, c_comment varchar(117) NOT NULL",
            "c_custkey",
            List.of("FOREIGN KEY (c_nationkey) REFERENCES nation")),
    ORDERS(
            "orders",
            "o_orderkey bigint NOT NULL, o_custkey bigint NOT NULL, o_orderstatus char(1) NOT NULL,"
                    + " o_totalprice numeric(15,2) NOT NULL, o_orderdate date NOT NULL,"
                    + " o_orderpriority char(15) NOT NULL, o_clerk char(15) NOT NULL, o_shippriority integer NOT NULL,"
                    + " o_comment varchar(79) NOT NULL",
            "o_orderkey",
            List.of("FOREIGN KEY (o_custkey) REFERENCES customer")),
    LINEITEM(
            "lineitem",
            "l_orderkey bigint NOT NULL, l_partkey bigint NOT NULL, l_suppkey bigint NOT NULL,"
                    + " l_linenumber integer NOT NULL, l_quantity numeric(15,2) NOT NULL,"
                    + " l_extendedprice numeric(15,2) NOT NULL, l_discount numeric(15,2) NOT NULL,"
                    + " l_tax numeric(15,2) NOT NULL, l_returnflag char(1) NOT NULL, l_linestatus char(1) NOT NULL,"
                    + " l_shipdate date NOT NULL, l_commitdate date NOT NULL, l_receiptdate date NOT NULL,"
                    + " l_shipinstruct char(25) NOT NULL, l_shipmode char(10) NOT NULL, l_comment varchar(44) NOT NULL",
            "l_orderkey, l_linenumber",
            List.of(
                    "FOREIGN KEY (l_orderkey) REFERENCES orders",
                    "FOREIGN KEY (l_partkey, l_suppkey) REFERENCES partsupp"));

    private final String table;
    private final String columns;
    private final String key;
    private final List<String> foreignKeys;

    TpchTableDefinition(String table, String columns, String key, List<String> foreignKeys) {
        this.table = table;
        this.columns = columns;
        this.key = key;
        this.foreignKeys = foreignKeys;
    }

    String table() {
        return table;
    }

    /** The column definitions of a CREATE TABLE. */
    String columns() {
        return columns;
    }

    /** The columns of the primary key. */
    String key() {
        return key;
    }

    /** Constraints that need the tables before this one. */
    List<String> foreignKeys() {
        return foreignKeys;
    }
}
