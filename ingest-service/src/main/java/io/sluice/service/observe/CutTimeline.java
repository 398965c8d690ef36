package io.sluice.service.observe;

import io.sluice.pipeline.lake.CommitListener;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.observe.CutCourse.Collected;
import io.sluice.service.observe.CutCourse.End;
import io.sluice.service.observe.CutCourse.Name;
import io.sluice.service.observe.CutCourse.TableCommit;
import io.sluice.service.observe.CutCourse.TimedStep;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Notes what becomes of the cuts of one pipeline and tells the whole course when a cut is at its end. At most one cut is
 * collected, one committed and one waiting to be acknowledged at a time. Thread-safe; {@code told} runs on the pipeline's
 * threads.
 */
final class CutTimeline {

    private final String pipeline;
    private final Clock clock;
    private final Consumer<CutCourse> told;
    private final Map<Long, Course> open = new TreeMap<>();

    CutTimeline(String pipeline, Clock clock, Consumer<CutCourse> told) {
        this.pipeline = pipeline;
        this.clock = clock;
        this.told = told;
    }

    private static final class Course {
        private final long cut;
        private final Instant begun;
        private final List<TimedStep> steps = new ArrayList<>();
        private final Map<TableId, Collected> tables = new HashMap<>();
        private final List<TableCommit> commits = new ArrayList<>();
        private Optional<String> position = Optional.empty();
        private Instant ended;
        private boolean published;

        private Course(long cut, Instant begun) {
            this.cut = cut;
            this.begun = begun;
            this.ended = begun;
        }
    }

    Instant now() {
        return clock.instant();
    }

    synchronized void opened(long cut) {
        open.put(cut, new Course(cut, now()));
    }

    synchronized void collected(long cut, TableId table, long rows, long bytes, Instant since) {
        Course course = open.get(cut);
        if (course != null) {
            course.tables.merge(table, new Collected(rows, bytes, since, now()), Collected::plus);
        }
    }

    /** The cut is closed: the time since it was opened was for collecting. */
    synchronized void closed(long cut, String position) {
        Course course = open.get(cut);
        if (course != null) {
            course.position = Optional.of(position);
            add(course, Name.COLLECT, course.begun, Optional.empty());
        }
    }

    void step(long cut, Name name, Instant since, Optional<String> failure) {
        List<CutCourse> done = new ArrayList<>();
        synchronized (this) {
            Course course = open.get(cut);
            if (course == null) {
                return;
            }
            add(course, name, since, failure);
            if (name == Name.COMMIT && failure.isEmpty()) {
                // One that was never acknowledged by itself is durable all the same: this one's word counts for both.
                open.values().stream()
                        .filter(earlier -> earlier.cut < cut && earlier.published)
                        .map(earlier -> course(earlier, End.PUBLISHED))
                        .forEach(done::add);
                open.values().removeIf(earlier -> earlier.cut < cut && earlier.published);
                course.published = true;
            }
        }
        done.forEach(told);
    }

    /** A commit of some tables of the cut is at its end; the step {@link Name#COMMIT} that it is part of is not yet. */
    synchronized void committed(long cut, List<CommitListener.Part> tables, Instant since, Optional<String> failure) {
        Course course = open.get(cut);
        if (course != null) {
            Instant now = now();
            tables.forEach(table -> course.commits.add(new TableCommit(table, since, now, failure)));
        }
    }

    /** The source was told: what is published is at its end. */
    void acknowledged(Instant since) {
        List<CutCourse> done = new ArrayList<>();
        synchronized (this) {
            for (Course course : open.values()) {
                if (course.published) {
                    add(course, Name.ACKNOWLEDGE, since, Optional.empty());
                    done.add(course(course, End.PUBLISHED));
                }
            }
            open.values().removeIf(course -> course.published);
        }
        done.forEach(told);
    }

    /** The cut was closed without having been prepared. */
    void givenUp(long cut) {
        Optional<CutCourse> done = Optional.empty();
        synchronized (this) {
            Course course = open.get(cut);
            if (course != null && course.position.isEmpty()) {
                open.remove(cut);
                course.ended = now();
                done = Optional.of(course(course, End.GIVEN_UP));
            }
        }
        done.ifPresent(told);
    }

    /** The session is over: nothing more becomes of its cuts. */
    void ended() {
        List<CutCourse> done = new ArrayList<>();
        synchronized (this) {
            open.values().forEach(course -> done.add(course(course, course.published ? End.PUBLISHED : End.GIVEN_UP)));
            open.clear();
        }
        done.forEach(told);
    }

    private void add(Course course, Name name, Instant since, Optional<String> failure) {
        Instant now = now();
        course.steps.add(new TimedStep(name, since, now, failure));
        course.ended = now;
    }

    private CutCourse course(Course course, End end) {
        return new CutCourse(
                pipeline,
                course.cut,
                course.position,
                course.begun,
                course.ended,
                end,
                course.steps,
                course.tables,
                course.commits);
    }
}
