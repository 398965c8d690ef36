package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.source.SourceProblem;
import io.sluice.pipeline.source.SourceProblem.Severity;
import io.sluice.pipeline.source.SourceTable;
import io.sluice.pipeline.source.SourceTable.BeforeImage;
import io.sluice.snapshot.postgres.CatalogTable.CatalogColumn;
import io.sluice.snapshot.postgres.CatalogTable.Described;
import io.sluice.snapshot.postgres.CatalogTable.Leaf;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * A catalog relation as a table of the pipeline, or why it cannot be one.
 *
 * @param described the relation
 * @param table the mapping; meaningful only when no problem is an error
 * @param forms how each column of the schema is read
 * @param problems what stands in the way, and warnings
 */
record TableMapping(Described described, SourceTable table, List<WireForm> forms, List<SourceProblem> problems) {

    /** A row's header and line pointer in a heap page. */
    private static final int ROW_OVERHEAD = 28;

    private static final int ASSUMED_COLUMN_BYTES = 16;

    boolean refused() {
        return problems.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    static TableMapping of(Described described, int serverVersion) {
        TableId id = described.table().id();
        List<SourceProblem> problems = new ArrayList<>();
        kindProblems(described, serverVersion, problems);

        List<Column> columns = new ArrayList<>();
        List<WireForm> forms = new ArrayList<>();
        boolean toasted =
                described.leaves().stream().anyMatch(leaf -> leaf.table().toasted());
        for (CatalogColumn column : described.columns()) {
            if (!column.generated().isBlank()) {
                problems.add(warning(
                        id,
                        column.name(),
                        "Column '" + column.name() + "' of " + id + " is generated, and Postgres' log does not carry"
                                + " it: it is left out. Compute it in the table's projection if the lake needs it."));
                continue;
            }
            ColumnMapping mapping = ColumnMapping.of(column);
            if (mapping.type().isEmpty() || mapping.form().isEmpty()) {
                problems.add(error(
                        id,
                        column.name(),
                        "Column '" + column.name() + "' of " + id + " (" + column.typeName() + ") "
                                + mapping.refusal()));
                continue;
            }
            columns.add(new Column(
                    column.name(),
                    mapping.type().get(),
                    !column.notNull(),
                    column.typeName(),
                    toasted && !ColumnMapping.alwaysInline(column)
                            ? Column.Storage.OUT_OF_LINE
                            : Column.Storage.INLINE));
            forms.add(mapping.form().get());
        }
        if (described.columns().isEmpty()) {
            problems.add(error(id, "Table " + id + " has no columns. Leave it out with 'tables-exclude'."));
        }

        Identity identity = Identity.of(described);
        identityProblems(described, identity, problems);
        List<Integer> key = new ArrayList<>();
        for (String name : identity.key()) {
            int index = indexOf(columns, name);
            if (index >= 0) {
                key.add(index);
            } else if (described.columns().stream()
                    .anyMatch(column ->
                            column.name().equals(name) && !column.generated().isBlank())) {
                problems.add(error(
                        id,
                        name,
                        "Column '" + name + "' of " + id + " is generated and part of the key, but Postgres' log does"
                                + " not carry it. Choose another unique index with ALTER TABLE " + Quoting.table(id)
                                + " REPLICA IDENTITY USING INDEX <index>, or leave the table out."));
            }
        }
        long bytes = 0;
        for (Leaf leaf : described.leaves()) {
            bytes += leaf.bytes();
        }
        SourceTable table = new SourceTable(
                new TableSchema(id, 0, columns, key), estimatedRows(described), bytes, identity.beforeImage());
        return new TableMapping(described, table, List.copyOf(forms), List.copyOf(problems));
    }

    /** Rows of a leaf as the planner estimates them: the density when last counted times the pages of now. */
    static long estimatedRows(Leaf leaf, int columns) {
        CatalogTable table = leaf.table();
        double pages = leaf.heapBytes() / (double) ChunkPlanner.DEFAULT_BLOCK_BYTES;
        double density = table.estimatedRows() >= 0 && table.pages() > 0
                ? table.estimatedRows() / table.pages()
                : ChunkPlanner.DEFAULT_BLOCK_BYTES / (double) (ROW_OVERHEAD + columns * ASSUMED_COLUMN_BYTES);
        return Math.round(density * pages);
    }

    private static long estimatedRows(Described described) {
        long rows = 0;
        for (Leaf leaf : described.leaves()) {
            rows += estimatedRows(leaf, described.columns().size());
        }
        return rows;
    }

    private static void kindProblems(Described described, int serverVersion, List<SourceProblem> problems) {
        CatalogTable table = described.table();
        TableId id = table.id();
        if (table.persistence() != CatalogTable.PERMANENT) {
            problems.add(error(
                    id,
                    "Table " + id + " is unlogged or temporary, so Postgres' log does not carry its changes. Run ALTER"
                            + " TABLE " + Quoting.table(id) + " SET LOGGED, or leave it out with 'tables-exclude'."));
        }
        if (table.partitioned() && serverVersion < ServerCheck.VERSION_WITH_PARTITION_ROOTS) {
            problems.add(error(
                    id,
                    "Table " + id + " is partitioned, and Postgres before 13 cannot publish it as one table. Name its"
                            + " partitions instead."));
        }
        readable(id, table, problems);
        for (Leaf leaf : described.leaves()) {
            CatalogTable partition = leaf.table();
            if (partition.oid() == table.oid()) {
                continue;
            }
            if (partition.kind() != CatalogTable.ORDINARY) {
                problems.add(error(
                        id,
                        "Partition " + partition.id() + " of " + id + " is a foreign table, whose changes are not in"
                                + " this database's log. Detach it, or leave the table out."));
            } else if (partition.persistence() != CatalogTable.PERMANENT) {
                problems.add(error(
                        id,
                        "Partition " + partition.id() + " of " + id + " is unlogged. Run ALTER TABLE "
                                + Quoting.table(partition.id()) + " SET LOGGED, or leave the table out."));
            } else {
                readable(id, partition, problems);
            }
        }
    }

    private static void readable(TableId id, CatalogTable table, List<SourceProblem> problems) {
        String which = table.id().equals(id) ? "Table " + id : "Partition " + table.id() + " of " + id;
        if (!table.readable()) {
            problems.add(forbidden(
                    id,
                    which + " cannot be read by this user. Run GRANT USAGE ON SCHEMA "
                            + Quoting.identifier(table.id().namespace()) + " TO <user> and GRANT SELECT ON "
                            + Quoting.table(table.id()) + " TO <user>."));
        } else if (table.filtered()) {
            problems.add(forbidden(
                    id,
                    which + " has row security that hides rows from this user, while the log shows them all. Give the"
                            + " user BYPASSRLS, or leave the table out."));
        }
    }

    private static void identityProblems(Described described, Identity identity, List<SourceProblem> problems) {
        TableId id = described.table().id();
        if (identity.beforeImage() == BeforeImage.NONE) {
            problems.add(error(
                    id,
                    "Table " + id + " has no key that the log could identify its rows by, and once it is published"
                            + " Postgres refuses updates and deletes on it. Add a primary key, or run ALTER TABLE "
                            + Quoting.table(id) + " REPLICA IDENTITY FULL."));
            return;
        }
        for (Leaf leaf : described.leaves()) {
            if (leaf.table().oid() == described.table().oid()) {
                continue;
            }
            Identity own = Identity.of(leaf.table(), leaf.key(), leaf.identityIndex());
            boolean full = own.beforeImage() == BeforeImage.FULL;
            boolean sameKey = own.beforeImage() == BeforeImage.KEY
                    && new HashSet<>(own.key()).equals(new HashSet<>(identity.key()));
            if (identity.beforeImage() == BeforeImage.FULL ? !full : !full && !sameKey) {
                problems.add(error(
                        id,
                        "Partition " + leaf.table().id() + " of " + id + " has another replica identity than the"
                                + " table, and each partition follows its own. Run ALTER TABLE "
                                + Quoting.table(leaf.table().id()) + " REPLICA IDENTITY "
                                + (identity.beforeImage() == BeforeImage.FULL
                                        ? "FULL."
                                        : "FULL, or USING INDEX with an index on (" + String.join(", ", identity.key())
                                                + ").")));
            }
        }
    }

    private static int indexOf(List<Column> columns, String name) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private static SourceProblem forbidden(TableId table, String message) {
        return new SourceProblem(Severity.ERROR, Optional.of(table), Optional.empty(), message);
    }

    private static SourceProblem error(TableId table, String message) {
        return new SourceProblem(
                Severity.ERROR, SourceProblem.Matter.SHAPE, Optional.of(table), Optional.empty(), message);
    }

    private static SourceProblem error(TableId table, String column, String message) {
        return new SourceProblem(
                Severity.ERROR, SourceProblem.Matter.SHAPE, Optional.of(table), Optional.of(column), message);
    }

    private static SourceProblem warning(TableId table, String column, String message) {
        return new SourceProblem(Severity.WARNING, Optional.of(table), Optional.of(column), message);
    }

    /**
     * What the log tells of an old row.
     *
     * @param key the columns that identify a row; empty when all of them do, or none
     * @param beforeImage how much of the old row is there
     */
    private record Identity(List<String> key, BeforeImage beforeImage) {

        static Identity of(Described described) {
            return of(described.table(), described.key(), described.identityIndex());
        }

        static Identity of(CatalogTable table, List<String> primaryKey, List<String> identityIndex) {
            return switch (table.identity()) {
                case CatalogTable.IDENTITY_FULL -> new Identity(primaryKey, BeforeImage.FULL);
                case CatalogTable.IDENTITY_INDEX -> byKey(identityIndex);
                case CatalogTable.IDENTITY_NOTHING -> byKey(List.of());
                default -> byKey(primaryKey);
            };
        }

        private static Identity byKey(List<String> key) {
            return new Identity(key, key.isEmpty() ? BeforeImage.NONE : BeforeImage.KEY);
        }
    }
}
