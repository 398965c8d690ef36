package io.sluice.service.demo;

import io.trino.tpch.CustomerGenerator;
import io.trino.tpch.Distributions;
import io.trino.tpch.LineItem;
import io.trino.tpch.LineItemGenerator;
import io.trino.tpch.NationGenerator;
import io.trino.tpch.OrderGenerator;
import io.trino.tpch.PartGenerator;
import io.trino.tpch.PartSupplierGenerator;
import io.trino.tpch.RegionGenerator;
import io.trino.tpch.SupplierGenerator;
import io.trino.tpch.TextPool;
import io.trino.tpch.TpchEntity;

/** TPC-H's generated rows as lines for COPY with {@code |} between the values. */
final class TpchRows {

    /** TPC-H prescribes 300 MB of text to cut comments from, which takes seconds and that much heap to make. */
    private static final int TEXT_POOL_BYTES = 4 << 20;

    private static final int LINES_PER_ORDER = 8;

    private final double scale;
    private final Distributions distributions = Distributions.getDefaultDistributions();
    private final TextPool text = new TextPool(TEXT_POOL_BYTES, distributions);

    TpchRows(double scale) {
        this.scale = scale;
    }

    /** Part {@code part} (from 1) of {@code parts} of a table; all parts together are the table. */
    Iterable<? extends TpchEntity> rows(TpchTableDefinition table, int part, int parts) {
        return switch (table) {
            case REGION -> new RegionGenerator(distributions, text);
            case NATION -> new NationGenerator(distributions, text);
            case SUPPLIER -> new SupplierGenerator(scale, part, parts, distributions, text);
            case PART -> new PartGenerator(scale, part, parts, distributions, text);
            case PARTSUPP -> new PartSupplierGenerator(scale, part, parts, text);
            case CUSTOMER -> new CustomerGenerator(scale, part, parts, distributions, text);
            case ORDERS -> new OrderGenerator(scale, part, parts, distributions, text);
            case LINEITEM -> new LineItemGenerator(scale, part, parts, distributions, text);
        };
    }

    /** Whether the table can be generated in more than one part. */
    static boolean divisible(TpchTableDefinition table) {
        return table != TpchTableDefinition.REGION && table != TpchTableDefinition.NATION;
    }

    /** A number that no other line item has; an order has at most 7. */
    static long lineItemId(LineItem item) {
        return item.getOrderKey() * LINES_PER_ORDER + item.getLineNumber();
    }
}
