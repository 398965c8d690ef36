package io.sluice.service.verify;

import io.sluice.lake.read.LakeTableReader;
import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SnapshotSession;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.service.verify.TableComparison.Difference;
import io.sluice.service.verify.TableResult.Verdict;
import io.sluice.snapshot.postgres.PostgresDatabase;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides one table. The source is read as one snapshot at a known position, the lake once it has passed that position.
 * Where they differ the difference is real when the lake's table had no change after that position; otherwise the keys
 * that differ are looked at again, see {@link KeyRecheck}. Used by one thread.
 */
final class TableVerification {

    private final PreparedTable table;
    private final PostgresDatabase database;
    private final LakeTableReader lake;
    private final Patience patience;
    private final Verifier.Settings settings;
    private final Consumer<String> steps;
    private final KeySchema schema;

    private final Optional<RowsSetAside> aside;
    private long setAside;

    /** @param aside leaves rows out that are set aside; empty when such a row fails the comparison */
    TableVerification(
            PreparedTable table,
            Optional<RowsSetAside> aside,
            PostgresDatabase database,
            LakeTableReader lake,
            Patience patience,
            Verifier.Settings settings,
            Consumer<String> steps) {
        this.aside = aside;
        this.table = aside.map(sieve -> sieve.of(table)).orElse(table);
        this.database = database;
        this.lake = lake;
        this.patience = patience;
        this.settings = settings;
        this.steps = steps;
        this.schema = new KeySchema(table.source().schema(), table.spec().schema());
    }

    /**
     * What became of the table.
     *
     * @param differing the keys that differ, where some do for certain and the table has a key
     * @param foreign whether the lake's table is not as Sluice left it
     */
    record Outcome(TableResult result, Optional<Differing> differing, boolean foreign) {}

    Outcome run() throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                Outcome outcome = attempt();
                boolean again = !schema.hasKey()
                        && outcome.result().verdict() == Verdict.UNDECIDED
                        && patience.now().follows();
                if (!again || attempt >= settings.attempts()) {
                    return new Outcome(outcome.result().settingAside(setAside), outcome.differing(), outcome.foreign());
                }
                steps.accept(
                        sink() + " changed while it was compared and has no key to look at it row by row; comparing"
                                + " it again");
            } catch (PipelineException e) {
                boolean rewritten =
                        e.kind() == ErrorKind.SOURCE_UNAVAILABLE && e.table().isPresent();
                if (!rewritten || attempt >= Math.max(2, settings.attempts())) {
                    throw e;
                }
                steps.accept(sink() + " is read again: " + e.getMessage());
            }
        }
    }

    private Outcome attempt() throws InterruptedException {
        Pinned early = pin();
        if (early.refusal != null) {
            return refused(early);
        }
        Position position;
        LakeProgress.Reached reached;
        Pinned pinned;
        Difference difference;
        try (SnapshotSession snapshot =
                database.beginReading(List.of(table.source().schema()))) {
            position = snapshot.position();
            if (patience.now().follows()) {
                // A stream without changes comes past the snapshot's position only when something follows it.
                database.currentPosition();
            }
            TableComparison comparison = new TableComparison(table, schema, snapshot, settings.comparison());
            steps.accept("reading " + source() + " at " + position.text());
            aside.ifPresent(RowsSetAside::take);
            comparison.readSource();
            setAside = aside.map(RowsSetAside::take).orElse(0L);
            reached = patience.await(position);
            pinned = pin();
            if (pinned.refusal != null) {
                return refused(pinned);
            }
            steps.accept("comparing with " + sink());
            difference = comparison.compare(pinned.table());
        }
        if (difference.none()) {
            return new Outcome(
                    result(Verdict.SAME, difference, position, pinned, List.of(), ""),
                    Optional.empty(),
                    pinned.isForeign());
        }
        if (isProof(reached, position, pinned)) {
            return proven(difference, position, pinned);
        }
        if (!reached.covers(position)) {
            return undecided(difference, position, pinned, behind(reached, position));
        }
        if (!schema.hasKey()) {
            return undecided(
                    difference,
                    position,
                    pinned,
                    "the table has no key and changed while it was compared; compare it in a quiet moment");
        }
        return recheck(difference, position, pinned);
    }

    /** Whether the lake's table, as it was read, is what the lake says of exactly the source's position. */
    private boolean isProof(LakeProgress.Reached reached, Position position, Pinned pinned) {
        if (reached.covers(position)) {
            Optional<Position> changed =
                    pinned.state().flatMap(LakeTableState::position).map(this::parse);
            return changed.isPresent() && position.covers(changed.get());
        }
        if (reached.follows() || reached.published().isEmpty()) {
            return false;
        }
        Set<TableId> pending;
        try {
            pending = database.pendingTables(List.of(table.source().schema()), position);
        } catch (PipelineException e) {
            if (e.kind() != ErrorKind.SOURCE_REFUSED) {
                throw e;
            }
            // Somebody follows the stream by now.
            return false;
        }
        LakeProgress.Reached still = patience.now();
        return pending.isEmpty() && still.equals(reached);
    }

    private Outcome proven(Difference difference, Position position, Pinned pinned) {
        List<String> told = schema.hasKey() ? sentences(difference.keys(), pinned.table()) : List.of();
        return new Outcome(
                result(Verdict.DIFFERENT, difference, position, pinned, told, ""),
                differing(difference.keys()),
                pinned.isForeign());
    }

    private Outcome undecided(Difference difference, Position position, Pinned pinned, String reason) {
        List<String> told = schema.hasKey() ? sentences(difference.keys(), pinned.table()) : List.of();
        long rows = difference.missing() + difference.surplus() + difference.different();
        return new Outcome(
                new TableResult(
                        source(),
                        sink(),
                        Verdict.UNDECIDED,
                        difference.sourceRows(),
                        difference.lakeRows(),
                        0,
                        0,
                        0,
                        rows,
                        0,
                        told,
                        Optional.of(position.text()),
                        pinned.position(),
                        Optional.of(reason)),
                Optional.empty(),
                pinned.isForeign());
    }

    private Outcome recheck(Difference difference, Position position, Pinned pinned) throws InterruptedException {
        steps.accept(difference.keys().size() + " keys of " + sink() + " changed meanwhile or differ; looking at them"
                + " again");
        KeyRecheck.Decision decision = new KeyRecheck(
                        new KeyReadings(table, schema, database),
                        () -> pin().comparable(),
                        patience,
                        settings.attempts())
                .run(difference.keys());
        Pinned now = pin();
        if (now.refusal != null) {
            return refused(now);
        }
        long undecided = decision.undecided().size() + difference.keys().refused();
        Verdict verdict =
                decision.proven().size() > 0 ? Verdict.DIFFERENT : undecided > 0 ? Verdict.UNDECIDED : Verdict.SAME;
        KeySet named = decision.proven().size() > 0 ? decision.proven() : decision.undecided();
        TableResult result = new TableResult(
                source(),
                sink(),
                verdict,
                difference.sourceRows(),
                difference.lakeRows(),
                decision.missing(),
                decision.surplus(),
                decision.different(),
                undecided,
                0,
                sentences(named, now.table()),
                Optional.of(position.text()),
                now.position(),
                rest(decision, difference).or(now::contradiction));
        return new Outcome(
                result,
                verdict == Verdict.DIFFERENT
                        ? differing(decision.proven().and(decision.undecided()))
                        : Optional.empty(),
                now.isForeign());
    }

    private Optional<String> rest(KeyRecheck.Decision decision, Difference difference) {
        if (decision.rest() == KeyRecheck.Rest.CHANGING) {
            return Optional.of("rows that changed at every one of " + settings.attempts()
                    + " looks could not be compared; --attempts looks more often");
        }
        if (decision.rest() == KeyRecheck.Rest.LAKE_BEHIND) {
            return Optional.of("the lake did not come to where the source was read");
        }
        return difference.keys().refused() == 0
                ? Optional.empty()
                : Optional.of("only " + difference.keys().size() + " keys could be looked at again");
    }

    private String behind(LakeProgress.Reached reached, Position position) {
        if (reached.published().isEmpty()) {
            return "the source has no replication slot of this pipeline, so nothing tells whether the lake is behind";
        }
        String distance =
                "the lake is at " + reached.published().get().text() + " and the source was read at " + position.text();
        return reached.follows()
                ? distance + "; the pipeline has published nothing for "
                        + settings.standstill().toSeconds() + "s"
                : distance + ", with changes between them, and the pipeline does not run;"
                        + " 'sluice run --until-caught-up' brings it level";
    }

    private TableResult result(
            Verdict verdict,
            Difference difference,
            Position position,
            Pinned pinned,
            List<String> told,
            String reason) {
        return new TableResult(
                source(),
                sink(),
                verdict,
                difference.sourceRows(),
                difference.lakeRows(),
                difference.missing(),
                difference.surplus(),
                difference.different(),
                0,
                0,
                told,
                Optional.of(position.text()),
                pinned.position(),
                reason.isEmpty() ? pinned.contradiction() : Optional.of(reason));
    }

    private List<String> sentences(KeySet keys, PublishedTable at) {
        return new Examples(table, schema).sentences(keys, settings.named(), database, at);
    }

    private Optional<Differing> differing(KeySet keys) {
        return schema.hasKey()
                ? Optional.of(new Differing(schema.sink().table(), schema.inLake(keys.keys())))
                : Optional.empty();
    }

    /** The lake's table at one moment, or why it cannot be compared. */
    private static final class Pinned {
        private final @Nullable PublishedTable found;
        private final @Nullable String refusal;

        Pinned(@Nullable PublishedTable found, @Nullable String refusal) {
            this.found = found;
            this.refusal = refusal;
        }

        PublishedTable table() {
            if (found == null) {
                throw new IllegalStateException("There is no table to compare");
            }
            return found;
        }

        Optional<PublishedTable> comparable() {
            return refusal == null ? Optional.ofNullable(found) : Optional.empty();
        }

        Optional<LakeTableState> state() {
            return Optional.ofNullable(found).flatMap(PublishedTable::state);
        }

        Optional<String> position() {
            return state().flatMap(LakeTableState::position);
        }

        boolean isForeign() {
            return contradiction().isPresent();
        }

        Optional<String> contradiction() {
            return Optional.ofNullable(found).flatMap(PublishedTable::contradiction);
        }
    }

    private Pinned pin() {
        Optional<PublishedTable> found = lake.table(schema.sink().table());
        if (found.isEmpty()) {
            return new Pinned(null, Verifier.NOT_THERE);
        }
        Optional<LakeTableState> state = found.get().state();
        if (state.isPresent() && state.get().phase() == TablePhase.SNAPSHOT) {
            return new Pinned(found.get(), "its snapshot is not published yet");
        }
        if (state.isPresent() && state.get().phase() == TablePhase.STOPPED) {
            return new Pinned(
                    found.get(),
                    "it was stopped at " + state.get().position().orElse("no position") + ": "
                            + state.get().detail());
        }
        if (state.isPresent() && state.get().load().isPresent()) {
            return new Pinned(
                    found.get(),
                    "it is being loaded anew; readers see it as it was at "
                            + state.get().position().orElse("no position"));
        }
        List<String> differences = found.get().differences(schema.sink());
        return new Pinned(found.get(), differences.isEmpty() ? null : String.join(" ", differences));
    }

    private Outcome refused(Pinned pinned) {
        return new Outcome(
                TableResult.refused(
                        source(),
                        sink(),
                        pinned.position(),
                        pinned.refusal == null ? Verifier.NOT_THERE : pinned.refusal),
                Optional.empty(),
                false);
    }

    private Position parse(String text) {
        try {
            return LogSequenceNumber.parse(text);
        } catch (IllegalArgumentException e) {
            throw new PipelineException(
                    ErrorKind.LAKE_CONFLICT,
                    schema.sink().table(),
                    "The lake table's sluice.position is unreadable",
                    e);
        }
    }

    private String source() {
        return table.source().schema().table().toString();
    }

    private String sink() {
        return schema.sink().table().toString();
    }
}
