package io.sluice.lake;

import io.sluice.lake.commit.CutHistory;
import io.sluice.lake.commit.CutTags;
import io.sluice.lake.commit.LoadShape;
import io.sluice.lake.commit.Ownership;
import io.sluice.lake.commit.ShapedOperations;
import io.sluice.lake.commit.TableCommitter;
import io.sluice.lake.commit.TableMarks;
import io.sluice.lake.index.KeyIndexes;
import io.sluice.lake.index.RocksKeyIndexes;
import io.sluice.lake.parquet.StorageFailures;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.failpoint.FailPoint;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.lake.DeadLetterLog;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeSession;
import io.sluice.pipeline.lake.LakeTableSpec;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.schema.TableId;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/**
 * A lake of Iceberg tables behind any of Iceberg's catalogs. Every table carries its owner and its progress in its own
 * properties ({@link TableMarks}); nothing else is needed to go on after a crash. The key indexes in the state directory
 * are a cache.
 */
public final class IcebergLake implements Lake {

    /** How often a start that races with another one is tried again. */
    private static final int ROUNDS = 5;

    private final Catalog catalog;
    private final LakeOptions options;
    private final KeyIndexes indexes;
    private final LakeTables tables;

    /**
     * Connects to the catalog.
     *
     * @throws PipelineException {@code CONFIGURATION}, {@code LAKE_UNAVAILABLE}, {@code LAKE_REFUSED}
     */
    public IcebergLake(LakeOptions options) {
        this(
                IcebergCatalogs.open(options.catalog()),
                options,
                new RocksKeyIndexes(options.stateDirectory(), options.indexMemoryBytes()));
    }

    IcebergLake(Catalog catalog, LakeOptions options, KeyIndexes indexes) {
        this.catalog = catalog;
        this.options = options;
        this.indexes = indexes;
        this.tables = new LakeTables(catalog);
    }

    @Override
    public List<LakeTableState> inspect(Collection<TableId> ids) {
        List<LakeTableState> states = new ArrayList<>();
        for (TableId id : ids) {
            tables.load(id)
                    .flatMap(table -> LakeTable.marks(LakeTables.metadata(table)))
                    .ifPresent(marks -> states.add(marks.state(id)));
        }
        return states;
    }

    @Override
    public List<LakeCut> cuts(Collection<TableId> ids, int limit) {
        Map<TableId, TableMetadata> metadata = new HashMap<>();
        for (TableId id : ids) {
            tables.load(id).ifPresent(table -> metadata.put(id, LakeTables.metadata(table)));
        }
        return new CutHistory(metadata).latest(limit);
    }

    @Override
    public List<LakeProblem> check(String pipeline, List<LakeTableSpec> specs) {
        return new LakeCheck(tables, options).check(pipeline, specs);
    }

    @Override
    public DeadLetterLog deadLetters(String pipeline, TableId table, long epoch, Collection<TableId> owned) {
        boolean succeeded = inspect(owned).stream().anyMatch(state -> state.epoch() > epoch);
        return new DeadLetterTable(catalog, options, pipeline, table).claim(epoch, succeeded);
    }

    @Override
    public List<DeadLetter> openDeadLetters(String pipeline, TableId table) {
        return DeadLetterEvent.open(new DeadLetterTable(catalog, options, pipeline, table).events());
    }

    @Override
    public List<DeadLetter> openDeadLetters(String pipeline, TableId table, TableId source) {
        return DeadLetterEvent.open(new DeadLetterTable(catalog, options, pipeline, table).eventsOf(source));
    }

    @Override
    public LakeSession takeOver(String pipeline, List<LakeTableSpec> specs, Map<TableId, String> left) {
        for (int round = 1; round <= ROUNDS; round++) {
            Optional<LakeSession> session = tryTakeOver(pipeline, specs, left);
            if (session.isPresent()) {
                return session.get();
            }
        }
        throw new PipelineException(
                ErrorKind.FENCED,
                "Pipeline '" + pipeline + "' was taken over by another process " + ROUNDS
                        + " times while this one started; run it in one place only");
    }

    /** Empty when another process came in between. */
    private Optional<LakeSession> tryTakeOver(String pipeline, List<LakeTableSpec> specs, Map<TableId, String> left) {
        String owner = options.ids().get();
        long highest = 0;
        List<Optional<Table>> found = new ArrayList<>();
        for (LakeTableSpec spec : specs) {
            TableId id = spec.schema().table();
            Optional<Table> table = tables.load(id);
            if (table.isPresent()) {
                TableMetadata metadata = LakeTables.metadata(table.get());
                requireFit(spec, metadata);
                highest = Math.max(
                        highest,
                        Ownership.claim(id, metadata, pipeline)
                                .map(TableMarks::epoch)
                                .orElse(0L));
            }
            found.add(table);
        }
        for (TableId id : left.keySet()) {
            Optional<Table> table = tables.load(id);
            if (table.isPresent()) {
                highest = Math.max(
                        highest,
                        Ownership.claimToLeave(id, LakeTables.metadata(table.get()), pipeline)
                                .map(TableMarks::epoch)
                                .orElse(0L));
            }
        }
        long epoch = highest + 1;
        Ownership ownership = new Ownership(catalog, options.retries(), options.ids());
        for (Map.Entry<TableId, String> entry : left.entrySet()) {
            TableId id = entry.getKey();
            if (tables.load(id).isPresent()
                    && ownership
                            .take(
                                    id,
                                    LakeTables.identifier(id),
                                    operations(id),
                                    pipeline,
                                    epoch,
                                    owner,
                                    Optional.of(entry.getValue()))
                            .isEmpty()) {
                return Optional.empty();
            }
        }
        SpoolSweep sweep = new SpoolSweep(pipeline, epoch);
        List<LakeTable> owned = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            LakeTableSpec spec = specs.get(i);
            TableId id = spec.schema().table();
            if (found.get(i).isEmpty()) {
                if (!create(spec, TableMarks.unpublished(pipeline, epoch, owner))) {
                    return Optional.empty();
                }
                options.failPoints().reach(FailPoint.OWN_AFTER_CREATION);
            }
            options.failPoints().reach(FailPoint.OWN_BEFORE_TABLE);
            TableOperations operations = operations(id);
            Optional<TableMarks> marks =
                    ownership.take(id, LakeTables.identifier(id), operations, pipeline, epoch, owner, Optional.empty());
            if (marks.isEmpty()) {
                return Optional.empty();
            }
            sweep.run(operations);
            Table table = tables.load(id).orElseThrow(() -> gone(id));
            List<LoadShape> shapes = shapes(spec, LakeTables.metadata(table));
            for (LoadShape shape : shapes) {
                table = new BaseTable(new ShapedOperations(operations(id), shape), table.name());
            }
            owned.add(new LakeTable(
                    spec.schema(),
                    LakeTables.identifier(id),
                    table,
                    operations,
                    () -> operations(id),
                    indexes,
                    new ParquetRows(spec.schema(), table),
                    marks.get(),
                    shapes));
            options.failPoints().reach(FailPoint.OWN_AFTER_TABLE);
        }
        return Optional.of(new IcebergSession(
                epoch,
                owned,
                new TableCommitter(catalog, options.retries()),
                new CutTags(catalog, options.retries(), options.failPoints()),
                options.cutBufferBytes(),
                options.failPoints(),
                options.ids(),
                options.commits()));
    }

    /** A load may bring another schema with it; then everything that is done to its rows goes by that. */
    private static List<LoadShape> shapes(LakeTableSpec spec, TableMetadata metadata) {
        if (spec.use() == LakeTableSpec.Use.FOLLOW) {
            return List.of();
        }
        LoadShape shape = new LoadShape(spec.schema(), spec.partitionKeys());
        return shape.applyTo(metadata) == metadata ? List.of() : List.of(shape);
    }

    private TableOperations operations(TableId id) {
        return ((HasTableOperations) tables.load(id).orElseThrow(() -> gone(id))).operations();
    }

    private static void requireFit(LakeTableSpec spec, TableMetadata metadata) {
        TableId id = spec.schema().table();
        List<String> differences = LakeTables.differences(spec, metadata);
        if (!differences.isEmpty()) {
            throw new PipelineException(
                    ErrorKind.LAKE_CONFLICT,
                    id,
                    "Lake table " + id + " exists and does not fit: " + String.join(" ", differences),
                    null);
        }
    }

    /** Whether it was created; not when someone else was faster. */
    private boolean create(LakeTableSpec spec, TableMarks marks) {
        TableId id = spec.schema().table();
        try {
            tables.create(spec, marks);
            return true;
        } catch (AlreadyExistsException e) {
            return false;
        } catch (RuntimeException e) {
            throw StorageFailures.of(id, "create the table", e);
        }
    }

    private static PipelineException gone(TableId id) {
        return new PipelineException(
                ErrorKind.LAKE_CONFLICT,
                id,
                "Lake table " + id + " was dropped while the pipeline started; start it again",
                new NoSuchTableException("%s", id));
    }

    @Override
    public void close() {
        indexes.close();
        if (catalog instanceof Closeable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new PipelineException(ErrorKind.LAKE_UNAVAILABLE, "The catalog could not be closed", e);
            }
        }
    }
}
