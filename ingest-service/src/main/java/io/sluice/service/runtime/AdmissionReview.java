package io.sluice.service.runtime;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.Lake;
import io.sluice.pipeline.lake.LakeProblem;
import io.sluice.pipeline.lake.LakeTableState;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.source.SourceDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Decides at the start of a run which tables are followed. A published table whose meaning changed while the pipeline was
 * stopped, or that someone else rolled back or wrote to, is left behind alone; whatever would be wrong with a new pipeline
 * too refuses the whole, before anything is changed anywhere.
 */
final class AdmissionReview {

    /** The gravest first: what is told when several things are wrong. */
    private static final List<ErrorKind> GRAVITY = List.of(
            ErrorKind.SOURCE_REFUSED,
            ErrorKind.CONFIGURATION,
            ErrorKind.LAKE_CONFLICT,
            ErrorKind.SCHEMA_CHANGED,
            ErrorKind.LAKE_REFUSED,
            ErrorKind.LAKE_UNAVAILABLE);

    private final List<TableRuntime> tables = new ArrayList<>();
    private final Map<TableId, String> left = new LinkedHashMap<>();
    private final Set<TableId> reloads;
    private final Set<TableId> reshaped = new TreeSet<>();
    private final Admission.Stream.Tables stream;
    private final Set<TableId> leftOut;

    private AdmissionReview(Set<TableId> reloads, Admission.Stream stream) {
        this.reloads = reloads;
        this.stream = stream.tables();
        this.leftOut = new TreeSet<>(stream.leftOut());
    }

    /**
     * Decides; changes nothing.
     *
     * @param stream what is known of the stream before its tables are looked at
     * @throws PipelineException when the pipeline is refused, with everything that is wrong, one sentence a line
     */
    static Admission decide(
            String pipeline,
            TablePreparation.Prepared prepared,
            SourceDatabase database,
            Lake lake,
            Set<TableId> reloads,
            Admission.Stream stream) {
        AdmissionReview review = new AdmissionReview(reloads, stream);
        review.recall(prepared, known(pipeline, prepared, lake));
        review.askSource(database);
        review.compare(prepared.tables());
        review.askLake(pipeline, lake);
        return review.soFar();
    }

    private Admission soFar() {
        Set<TableId> stopped = tables.stream()
                .filter(TableRuntime::isStopped)
                .map(TableRuntime::source)
                .collect(Collectors.toUnmodifiableSet());
        return new Admission(tables, left, reloads, reshaped, stopped, new Admission.Stream(stream, leftOut));
    }

    private void recall(TablePreparation.Prepared prepared, Map<TableId, LakeTableState> known) {
        tables.addAll(prepared.tables());
        List<LakeProblem> refusals = new ArrayList<>();
        for (PipelineTables.Misfit misfit : prepared.misfits()) {
            LakeTableState state = known.get(misfit.sink());
            boolean stopped = state != null && state.phase() == TablePhase.STOPPED;
            if (state != null && (stopped || changedBeneath(misfit, state))) {
                tables.add(TableRuntime.unknown(misfit.source(), state));
                if (!stopped) {
                    left.put(misfit.sink(), misfitReason(misfit, state));
                }
            } else {
                refusals.add(new LakeProblem(misfit.kind(), Optional.of(misfit.sink()), misfit.reason()));
            }
        }
        refuse(refusals);
        for (TableRuntime table : prepared.tables()) {
            LakeTableState state = known.get(table.sink());
            if (state == null) {
                continue;
            }
            table.recall(state);
        }
        tables.sort(Comparator.comparing(TableRuntime::source));
    }

    /** Leaves tables behind that were filled from something else than what they are now. */
    private void compare(List<TableRuntime> prepared) {
        Admission asked = soFar();
        for (TableRuntime table : prepared) {
            List<String> differences =
                    table.definition().differencesFrom(table.state().notes());
            if (differences.isEmpty()) {
                continue;
            }
            if (table.isPublished() && !asked.isLost(table)) {
                left.put(table.sink(), reason(table.source(), table.state(), String.join("; ", differences)));
            } else if (table.state().phase() == TablePhase.SNAPSHOT) {
                reshaped.add(table.source());
            }
        }
    }

    private void askSource(SourceDatabase database) {
        List<TableRuntime> followed = soFar().followed();
        SourceLook look = SourceLook.at(database, followed);
        for (TableRuntime table : followed) {
            look.storage(table).ifPresent(now -> {
                table.storageMark(now.mark());
                table.streamFound(now.stream());
            });
            if (stream == Admission.Stream.Tables.SOME && look.isLeftOut(table)) {
                leftOut.add(table.source());
            }
        }
        Admission asked = soFar();
        for (TableRuntime table : followed) {
            Optional<String> change = look.change(table);
            if (change.isEmpty() || asked.isLost(table)) {
                continue;
            }
            if (table.isPublished()) {
                left.put(table.sink(), reason(table.source(), table.state(), change.get()));
            } else {
                table.noticeStorageChange();
            }
        }
    }

    private void askLake(String pipeline, Lake lake) {
        List<LakeProblem> refusals = new ArrayList<>();
        Map<TableId, List<String>> misfits = new LinkedHashMap<>();
        Map<TableId, String> changed = new LinkedHashMap<>();
        List<LakeProblem> problems = lake.check(pipeline, soFar().specs());
        if (reshape(problems)) {
            problems = lake.check(pipeline, soFar().specs());
        }
        for (LakeProblem problem : problems) {
            if (problem.kind() == ErrorKind.LAKE_CONFLICT
                    && problem.table().filter(this::isPublishedHere).isPresent()) {
                changed.putIfAbsent(problem.table().get(), problem.message());
            } else if (problem.kind() == ErrorKind.SCHEMA_CHANGED
                    && problem.table().isPresent()) {
                misfits.computeIfAbsent(problem.table().get(), table -> new ArrayList<>())
                        .add(problem.message());
            } else {
                refusals.add(problem);
            }
        }
        for (TableRuntime table : soFar().followed()) {
            List<String> differences = misfits.get(table.sink());
            if (differences == null) {
                continue;
            }
            if (table.state().phase() != TablePhase.SNAPSHOT) {
                left.put(table.sink(), reason(table.source(), table.state(), String.join(" ", differences)));
            } else {
                refusals.add(new LakeProblem(
                        ErrorKind.SCHEMA_CHANGED,
                        Optional.of(table.sink()),
                        String.join(" ", differences) + " Nothing of it is published yet: drop lake table "
                                + table.sink() + " to have it made anew."));
            }
        }
        refuse(refusals);
        // Someone else rolled the table back or wrote to it: the others go on without it.
        changed.forEach(left::putIfAbsent);
    }

    /** Tables of which nothing was published yet get the shape that they need now. */
    private boolean reshape(List<LakeProblem> problems) {
        boolean any = false;
        for (TableRuntime table : soFar().followed()) {
            boolean misfit = problems.stream()
                    .anyMatch(problem -> problem.kind() == ErrorKind.SCHEMA_CHANGED
                            && problem.table().equals(Optional.of(table.sink())));
            any |= misfit && table.state().phase() == TablePhase.SNAPSHOT && reshaped.add(table.source());
        }
        return any;
    }

    /** Whether the table was published by this pipeline, so that its marks can say that it is left behind. */
    private boolean isPublishedHere(TableId sink) {
        return tables.stream()
                .anyMatch(table -> table.sink().equals(sink) && table.state().phase() == TablePhase.STREAMING);
    }

    private static Map<TableId, LakeTableState> known(String pipeline, TablePreparation.Prepared prepared, Lake lake) {
        List<TableId> sinks = new ArrayList<>();
        prepared.tables().forEach(table -> sinks.add(table.sink()));
        prepared.misfits().forEach(misfit -> sinks.add(misfit.sink()));
        Map<TableId, LakeTableState> known = new HashMap<>();
        for (LakeTableState state : lake.inspect(sinks)) {
            if (state.pipeline().equals(pipeline)) {
                known.put(state.table(), state);
            }
        }
        return known;
    }

    /** Whether the source's table changed under a rule that once fitted it; a rule that was changed is a mistake in it. */
    private static boolean changedBeneath(PipelineTables.Misfit misfit, LakeTableState state) {
        return state.phase() == TablePhase.STREAMING
                && (misfit.kind() == ErrorKind.SOURCE_REFUSED || misfit.rule().wrote(state.notes()));
    }

    private static String reason(TableId source, LakeTableState state, String what) {
        return stands(source, state, what) + " Have the table loaded anew" + howToLoadAnew(source);
    }

    /** Loading it anew would only meet the same again. */
    private static String misfitReason(PipelineTables.Misfit misfit, LakeTableState state) {
        return stands(misfit.source(), state, misfit.reason())
                + " Correct that in the pipeline's file or at the source and start the pipeline again; then have the table"
                + " loaded anew" + howToLoadAnew(misfit.source());
    }

    private static String stands(TableId source, LakeTableState state, String what) {
        return "Table " + source + " is not what lake table " + state.table() + " was filled from; it changed while the"
                + " pipeline was stopped: " + what.replaceFirst("\\.$", "") + ". Lake table " + state.table()
                + " stays as of cut " + state.cut()
                + state.position().map(at -> " at " + at).orElse("") + ".";
    }

    private static String howToLoadAnew(TableId source) {
        return " (POST …/tables/" + source + "/resnapshot), or drop the lake table and start the pipeline again.";
    }

    private static void refuse(List<LakeProblem> refusals) {
        if (refusals.isEmpty()) {
            return;
        }
        ErrorKind kind = GRAVITY.stream()
                .filter(grave -> refusals.stream().anyMatch(problem -> problem.kind() == grave))
                .findFirst()
                .orElse(refusals.get(0).kind());
        throw new PipelineException(
                kind,
                String.join(
                        "\n",
                        refusals.stream().map(LakeProblem::message).distinct().toList()));
    }
}
