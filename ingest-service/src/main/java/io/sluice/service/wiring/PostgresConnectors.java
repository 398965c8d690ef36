package io.sluice.service.wiring;

import io.sluice.config.CatalogConfig;
import io.sluice.config.PipelineConfig;
import io.sluice.config.Secret;
import io.sluice.config.SourceConfig;
import io.sluice.config.TableSelector;
import io.sluice.incremental.postgres.DebeziumChangeSource;
import io.sluice.incremental.postgres.PostgresStreamOptions;
import io.sluice.incremental.postgres.StreamBounds;
import io.sluice.lake.CatalogOptions;
import io.sluice.lake.IcebergLake;
import io.sluice.lake.LakeOptions;
import io.sluice.lake.SnapshotRestore;
import io.sluice.lake.commit.CommitRetries;
import io.sluice.lake.read.LakeTableReader;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.lake.CommitListener;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.PostgresEndpoint;
import io.sluice.pipeline.source.SourceDatabase;
import io.sluice.service.runtime.PipelineConnectors;
import io.sluice.service.runtime.ProcessBudget;
import io.sluice.snapshot.postgres.PostgresDatabase;
import io.sluice.snapshot.postgres.PostgresOptions;
import io.sluice.snapshot.postgres.ReadSettings;
import io.sluice.snapshot.postgres.TablePattern;
import java.util.List;
import java.util.function.Supplier;

/** Opens a PostgreSQL source and an Iceberg lake as a pipeline's file describes them. */
public final class PostgresConnectors implements PipelineConnectors {

    private static final long LEAST_INDEX_MEMORY = 16L << 20;
    private static final long LEAST_QUEUE = 1L << 20;

    private final PipelineConfig config;
    private final FailPoints failPoints;
    private final ProcessBudget budget;
    private final Runnable commitRetried;
    private final CommitListener commits;

    /** Of what this pipeline may have, how much its present run was granted: 1 for all. */
    private volatile double share = 1;

    /** Connects at each call of a method, not here. */
    public PostgresConnectors(PipelineConfig config) {
        this(config, FailPoints.NONE, ProcessBudget.unbounded());
    }

    /** The same with places to die at, and with what it shares with other pipelines. */
    public PostgresConnectors(PipelineConfig config, FailPoints failPoints, ProcessBudget budget) {
        this(config, failPoints, budget, () -> {}, CommitListener.NONE);
    }

    private PostgresConnectors(
            PipelineConfig config,
            FailPoints failPoints,
            ProcessBudget budget,
            Runnable commitRetried,
            CommitListener commits) {
        this.budget = budget;
        this.config = config;
        this.failPoints = failPoints;
        this.commitRetried = commitRetried;
        this.commits = commits;
    }

    /** The same, with a word about each commit, and before each further attempt at it, on the thread that commits. */
    public PostgresConnectors tellingCommits(CommitListener told, Runnable retried) {
        return new PostgresConnectors(config, failPoints, budget, retried, told);
    }

    @Override
    public SourceDatabase openDatabase() {
        return openPostgres();
    }

    /** The same database under its own type. */
    public PostgresDatabase openPostgres() {
        PostgresOptions options = databaseOptions(config.source());
        ReadSettings reading = options.reading();
        return new PostgresDatabase(options.withReading(
                new ReadSettings(config.snapshotChunkSize().bytes(), reading.batchRows(), reading.batchBytes())));
    }

    @Override
    public ChangeSource openChanges() {
        return new DebeziumChangeSource(streamOptions(config.source()).withBounds(bounds(share)));
    }

    @Override
    public Lake openLake() {
        LakeOptions whole = lakeOptions(config).withFailPoints(failPoints).withCommits(commits);
        LakeOptions options = whole.withMemory(
                Math.max(1, (long) (whole.cutBufferBytes() * share)),
                Math.max(LEAST_INDEX_MEMORY, (long) (whole.indexMemoryBytes() * share)));
        CommitRetries retries = options.retries();
        return new IcebergLake(options.withRetries(
                new CommitRetries(retries.attempts(), retries.firstWait(), retries.longestWait(), duration -> {
                    commitRetried.run();
                    retries.waiting().pass(duration);
                })));
    }

    @Override
    public ProcessBudget.Taken awaitTurn() throws InterruptedException {
        return budget.awaitTurn(config.name());
    }

    @Override
    public ProcessBudget.Taken beginRun() {
        long wanted = config.bufferMemory().bytes() + StreamBounds.defaults().queueBytes();
        ProcessBudget.Memory granted = budget.takeMemory(config.name(), wanted);
        share = Math.min(1, (double) granted.bytes() / wanted);
        return granted;
    }

    private static StreamBounds bounds(double share) {
        StreamBounds whole = StreamBounds.defaults();
        long queue = Math.max(LEAST_QUEUE, (long) (whole.queueBytes() * share));
        return new StreamBounds(whole.queueRows(), queue, whole.chunkRows(), Math.min(whole.chunkBytes(), queue));
    }

    /** Reads the lake's tables as any Iceberg reader does. */
    public LakeTableReader openLakeReader() {
        return LakeTableReader.open(catalogOptions(config));
    }

    /** Undoes what others wrote to the pipeline's lake tables. */
    public SnapshotRestore openRestore() {
        return new SnapshotRestore(catalogOptions(config), config.name());
    }

    @Override
    public Position parsePosition(String text) {
        return LogSequenceNumber.parse(text);
    }

    @Override
    public FailPoints failPoints() {
        return failPoints;
    }

    static PostgresOptions databaseOptions(SourceConfig source) {
        return PostgresOptions.of(
                        endpoint(source), source.slotName(), source.publicationName(), patterns(source.tables()))
                .withExcludes(patterns(source.tablesExclude()));
    }

    static PostgresStreamOptions streamOptions(SourceConfig source) {
        return PostgresStreamOptions.of(endpoint(source), source.slotName(), source.publicationName());
    }

    private static PostgresEndpoint endpoint(SourceConfig source) {
        return new PostgresEndpoint(
                source.hostname(),
                source.port(),
                source.databaseName(),
                source.username(),
                password(source),
                new PostgresEndpoint.Encryption(
                        source.sslMode().text(), source.sslRootCert(), source.sslCert(), source.sslKey()),
                source.connectTimeout());
    }

    static CatalogOptions catalogOptions(PipelineConfig config) {
        CatalogConfig catalog = config.sink().catalog();
        return CatalogOptions.of(
                catalog.type(), catalog.uri().orElse(""), catalog.warehouse().orElse(""), catalog.revealProperties());
    }

    private static LakeOptions lakeOptions(PipelineConfig config) {
        LakeOptions defaults = LakeOptions.of(catalogOptions(config), config.stateDirectory());
        return defaults.withMemory(config.bufferMemory().bytes(), defaults.indexMemoryBytes());
    }

    private static Supplier<String> password(SourceConfig source) {
        return () -> source.password().map(Secret::reveal).orElse("");
    }

    /** One pattern each, so that a pattern that selects nothing can be told by its own text. */
    private static List<TablePattern> patterns(TableSelector selector) {
        return selector.patterns().stream()
                .map(text -> new TablePattern(text, TableSelector.parse(text)::matches))
                .toList();
    }
}
