package io.sluice.service.demo;

import io.sluice.config.PipelineConfig;
import io.sluice.config.PipelineConfigReader;
import io.sluice.lake.read.LakeTableReader;
import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.console.Amounts;
import io.sluice.service.console.Console;
import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.verify.VerificationReport;
import io.sluice.service.verify.Verifier;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.service.wiring.PipelineRegistry;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** From an empty directory to a lake that was proved to be its source. Used by one thread, once. */
public final class Demo {

    private static final long LOOK_MILLIS = 50;
    private static final Duration CATCH_UP_LIMIT = Duration.ofMinutes(2);
    private static final Duration END_LIMIT = Duration.ofMinutes(1);
    private static final int LOADERS = 2;

    private final PipelineRegistry registry;
    private final Observations observations;
    private final Settings settings;
    private final PrintWriter out;
    private final String apiUrl;
    private final BooleanSupplier stopRequested;
    private final AtomicReference<PipelineEvent.@Nullable HandedOver> handover = new AtomicReference<>();

    /**
     * What to do.
     *
     * @param directory where everything is put
     * @param scale TPC-H's scale factor, above 0
     * @param changes how long the source is changed after the handover
     * @param style how progress is shown
     * @param afterwards what happens when the comparison is done
     */
    public record Settings(
            Path directory, double scale, Duration changes, Console.Style style, Afterwards afterwards) {}

    /** What happens at the end. */
    public enum Afterwards {
        /** The database ends; the lake stays. */
        END,
        /** Database, pipeline and API go on until a stop is asked for. */
        GO_ON
    }

    /**
     * A demo.
     *
     * @param registry where the pipeline is put, for the API
     * @param observations where what it does is noted, for metrics and probes
     * @param out gets progress and summary
     * @param apiUrl where the API is, for people
     * @param stopRequested whether the user wants it to end early
     */
    public Demo(
            PipelineRegistry registry,
            Observations observations,
            Settings settings,
            PrintWriter out,
            String apiUrl,
            BooleanSupplier stopRequested) {
        this.registry = registry;
        this.observations = observations;
        this.settings = settings;
        this.out = out;
        this.apiUrl = apiUrl;
        this.stopRequested = stopRequested;
    }

    /** The user asked for the end before the comparison. */
    private static final class StoppedException extends RuntimeException {
        StoppedException() {
            super("stopped", null, false, false);
        }
    }

    /**
     * Runs it.
     *
     * @return whether source and lake agree; false too when it was stopped before
     * @throws PipelineException when it cannot be run
     */
    public boolean run() throws InterruptedException {
        DemoDirectory directory = DemoDirectory.fresh(settings.directory());
        long begun = System.nanoTime();
        say("Starting PostgreSQL in " + directory.database());
        try (DemoDatabase database = DemoDatabase.start(directory.database())) {
            say("Filling it with TPC-H at scale " + settings.scale() + " (" + seconds(begun) + ")");
            long loaded = new TpchLoader(database::connect, "public", settings.scale(), LOADERS)
                    .load(TpchLoader.Constraint.PRIMARY_KEYS);
            say("Loaded " + Amounts.exact(loaded) + " rows (" + seconds(begun) + ")");
            Files.writeString(directory.pipelineFile(), DemoPipeline.yaml(directory, database.port()));
            say("Running the pipeline of " + directory.pipelineFile());
            return pipeline(directory, database);
        } catch (StoppedException e) {
            say("Stopped before source and lake were compared");
            return false;
        } catch (SQLException e) {
            throw new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE, "The demo's database failed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new PipelineException(ErrorKind.LAKE_REFUSED, "The demo's pipeline file cannot be written: " + e, e);
        }
    }

    private boolean pipeline(DemoDirectory directory, DemoDatabase database) throws SQLException, InterruptedException {
        PipelineConfig config = PipelineConfigReader.ofProcess().read(directory.pipelineFile());
        PipelineAssembly assembly = PipelineAssembly.of(config);
        try (Pipeline pipeline = assembly.pipeline(registry, Clock.systemUTC(), observations.of(config.name()))) {
            registry.add(pipeline);
            Changes changes = replicate(assembly, pipeline, database);
            pipeline.stop();
            if (!pipeline.awaitEnd(END_LIMIT)) {
                throw new PipelineException(ErrorKind.INTERNAL, "The pipeline does not stop");
            }
            requireSound(pipeline);
            say("");
            say("Comparing source and lake value by value");
            long comparing = System.nanoTime();
            VerificationReport report = new Verifier(assembly, Verifier.Settings.once())
                    .run(step -> {})
                    .report();
            report.print(out);
            summary(directory, assembly, pipeline.status(), changes, report, seconds(comparing));
            if (settings.afterwards() == Afterwards.GO_ON) {
                goOn(pipeline, database);
            }
            return report.same();
        }
    }

    /** What was done at the source after the pipeline was started. */
    private record Changes(long transactions, long rows, double seconds) {}

    private Changes replicate(PipelineAssembly assembly, Pipeline pipeline, DemoDatabase database)
            throws SQLException, InterruptedException {
        try (PipelineRegistry.Watching watching = registry.watch(this::happened);
                Console console = Console.open(registry, out, settings.style());
                DemoWriters writers = DemoWriters.start(database);
                PostgresDatabase source = assembly.connectors().openPostgres()) {
            console.say("API  " + apiUrl + "/api/v1/pipelines/demo");
            long begun = System.nanoTime();
            pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
            // The writers are at work all the while: nothing is locked for snapshot and handover.
            await(pipeline, writers, () -> handover.get() != null, Duration.ofHours(1), "the handover");
            long deadline = System.nanoTime() + settings.changes().toNanos();
            await(pipeline, writers, () -> System.nanoTime() > deadline, Duration.ofDays(1), "the writers");
            writers.stop();
            Changes changes = new Changes(writers.transactions(), writers.rows(), (System.nanoTime() - begun) / 1e9);
            LogSequenceNumber target = source.emitBarrier();
            console.say("Writers stopped after " + Amounts.exact(changes.transactions()) + " transactions with "
                    + Amounts.exact(changes.rows()) + " row changes; catching up to " + target.text());
            await(
                    pipeline,
                    writers,
                    () -> pipeline.status()
                            .position()
                            .map(LogSequenceNumber::parse)
                            .filter(position -> position.covers(target))
                            .isPresent(),
                    CATCH_UP_LIMIT,
                    "the lake to reach " + target.text());
            watching.close();
            return changes;
        }
    }

    private void happened(PipelineEvent event) {
        if (event instanceof PipelineEvent.HandedOver done) {
            handover.compareAndSet(null, done);
        }
    }

    private void await(Pipeline pipeline, DemoWriters writers, BooleanSupplier condition, Duration limit, String what)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (stopRequested.getAsBoolean()) {
                throw new StoppedException();
            }
            requireSound(pipeline);
            if (writers.hasFailed()) {
                writers.stop();
            }
            if (System.nanoTime() > deadline) {
                throw new PipelineException(
                        ErrorKind.INTERNAL, "Waited " + limit.toSeconds() + "s in vain for " + what);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private static void requireSound(Pipeline pipeline) {
        PipelineStatus status = pipeline.status();
        if (status.state() == PipelineState.FAILED) {
            PipelineStatus.Failure failure =
                    status.error().orElseThrow(() -> new PipelineException(ErrorKind.INTERNAL, "The pipeline failed"));
            throw new PipelineException(failure.kind(), failure.message());
        }
    }

    private void summary(
            DemoDirectory directory,
            PipelineAssembly assembly,
            PipelineStatus status,
            Changes changes,
            VerificationReport report,
            String comparing) {
        PipelineEvent.HandedOver done = Objects.requireNonNull(handover.get(), "handover");
        say("");
        say(String.format(
                Locale.ROOT,
                "Snapshot      %s rows in %.1fs, handed over at %s without a lock",
                Amounts.exact(done.rows()),
                done.seconds(),
                done.position()));
        say(String.format(
                Locale.ROOT,
                "Changes       %s transactions, %s row changes in %.0fs (%s rows/s)",
                Amounts.exact(changes.transactions()),
                Amounts.exact(changes.rows()),
                changes.seconds(),
                Amounts.count(changes.rows() / Math.max(0.001, changes.seconds()))));
        say("Cuts          " + status.cut() + ", each of whole transactions over all tables; "
                + Amounts.exact(status.rowsPublished()) + " change rows published");
        say("Verification  " + (report.same() ? "source and lake agree" : "SOURCE AND LAKE DIFFER") + ": "
                + Amounts.exact(report.rows()) + " rows of " + report.tables().size() + " tables, value by value, in "
                + comparing);
        say("Lake          " + directory.warehouse() + ", catalog " + directory.catalog());
        say("");
        ordersMetadata(assembly)
                .ifPresent(metadata -> ReadingHints.lines(directory, metadata).forEach(this::say));
    }

    private static Optional<String> ordersMetadata(PipelineAssembly assembly) {
        try (LakeTableReader lake = assembly.connectors().openLakeReader()) {
            return lake.table(new TableId("tpch", "orders")).map(PublishedTable::metadataLocation);
        }
    }

    private void goOn(Pipeline pipeline, DemoDatabase database) throws InterruptedException {
        pipeline.start(Pipeline.RunMode.UNTIL_STOPPED);
        say("Going on until Ctrl-C: postgresql://" + DemoDatabase.USER + "@" + DemoDatabase.HOST + ":" + database.port()
                + "/" + DemoDatabase.DATABASE + ", API " + apiUrl + "/api/v1/pipelines/demo");
        while (!stopRequested.getAsBoolean() && pipeline.status().state() != PipelineState.FAILED) {
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private static String seconds(long sinceNanos) {
        return String.format(Locale.ROOT, "%.1fs", (System.nanoTime() - sinceNanos) / 1e9);
    }
}
