package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;
import java.util.List;

/**
 * A relation as the catalog has it.
 *
 * @param oid its object id
 * @param id schema and name
 * @param kind {@code pg_class.relkind}
 * @param persistence {@code pg_class.relpersistence}
 * @param identity {@code pg_class.relreplident}
 * @param partition whether it is a partition of another
 * @param owned whether this user has the owner's rights
 * @param readable whether this user may select from it
 * @param filtered whether row security hides rows from this user
 * @param heap whether rows are kept in an ordinary heap, whose row addresses can be ranged over
 * @param toasted whether it has a place for large values
 * @param fileNode {@code pg_class.relfilenode}: another number after every rewrite
 * @param estimatedRows {@code pg_class.reltuples}; negative when never counted
 * @param pages {@code pg_class.relpages}, of the time when the rows were counted
 */
record CatalogTable(
        long oid,
        TableId id,
        char kind,
        char persistence,
        char identity,
        boolean partition,
        boolean owned,
        boolean readable,
        boolean filtered,
        boolean heap,
        boolean toasted,
        long fileNode,
        double estimatedRows,
        long pages) {

    static final char ORDINARY = 'r';
    static final char PARTITIONED = 'p';
    static final char PERMANENT = 'p';
    static final char IDENTITY_FULL = 'f';
    static final char IDENTITY_INDEX = 'i';
    static final char IDENTITY_NOTHING = 'n';

    boolean partitioned() {
        return kind == PARTITIONED;
    }

    /**
     * A relation with all that is needed to map and read it.
     *
     * @param table the relation itself
     * @param columns in order, dropped ones left out
     * @param key the columns of the primary key, empty without a usable one
     * @param identityIndex the columns of the index chosen as replica identity, empty without one
     * @param leaves where the rows are: the leaf partitions, or the table itself
     */
    record Described(
            CatalogTable table,
            List<CatalogColumn> columns,
            List<String> key,
            List<String> identityIndex,
            List<Leaf> leaves) {}

    /**
     * A relation that holds rows.
     *
     * @param table the relation
     * @param key as in {@link Described}
     * @param identityIndex as in {@link Described}
     * @param heapBytes size of the rows without large values
     * @param bytes size with large values, without indexes
     */
    record Leaf(CatalogTable table, List<String> key, List<String> identityIndex, long heapBytes, long bytes) {}

    /**
     * A column as the catalog has it.
     *
     * @param name its name
     * @param notNull whether nulls are forbidden
     * @param generated {@code pg_attribute.attgenerated}: blank when ordinary
     * @param typeName the type as the database prints it, with its modifier
     * @param baseType the name of the type in {@code pg_type} after domains were followed
     * @param baseNamespace the schema of that type
     * @param baseKind {@code pg_type.typtype} of that type
     * @param baseCategory {@code pg_type.typcategory} of that type
     * @param modifier the type modifier, -1 without one
     * @param variableWidth whether values differ in size
     */
    record CatalogColumn(
            String name,
            boolean notNull,
            String generated,
            String typeName,
            String baseType,
            String baseNamespace,
            char baseKind,
            char baseCategory,
            int modifier,
            boolean variableWidth) {}
}
