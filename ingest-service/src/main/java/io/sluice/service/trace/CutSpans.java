package io.sluice.service.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.observe.CutCourse;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Makes one trace of each cut when it is at its end: the cut, its steps, and below the collecting and the commit its tables.
 * Names, numbers and positions only; never a row's values.
 */
final class CutSpans {

    static final AttributeKey<String> PIPELINE = AttributeKey.stringKey("sluice.pipeline");
    static final AttributeKey<Long> CUT = AttributeKey.longKey("sluice.cut");
    static final AttributeKey<String> POSITION = AttributeKey.stringKey("sluice.position");
    static final AttributeKey<String> TABLE = AttributeKey.stringKey("sluice.table");
    static final AttributeKey<Long> ROWS = AttributeKey.longKey("sluice.rows");
    static final AttributeKey<Long> FILES = AttributeKey.longKey("sluice.files");
    static final AttributeKey<Long> DELETE_FILES = AttributeKey.longKey("sluice.delete_files");
    static final AttributeKey<Long> BYTES = AttributeKey.longKey("sluice.bytes");

    private final Tracer tracer;

    CutSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    void accept(CutCourse course) {
        Span cut = builder("cut", course)
                .setNoParent()
                .setStartTimestamp(course.begun())
                .startSpan();
        course.position().ifPresent(position -> cut.setAttribute(POSITION, position));
        cut.setAttribute(
                ROWS,
                course.tables().values().stream()
                        .mapToLong(CutCourse.Collected::rows)
                        .sum());
        if (course.end() == CutCourse.End.GIVEN_UP) {
            cut.setStatus(StatusCode.ERROR, "given up; its changes come again");
        }
        Context within = Context.root().with(cut);
        for (CutCourse.TimedStep step : course.steps()) {
            Span span = builder(step.name().name().toLowerCase(Locale.ROOT), course)
                    .setParent(within)
                    .setStartTimestamp(step.begun())
                    .startSpan();
            step.failure().ifPresent(failure -> span.setStatus(StatusCode.ERROR, failure));
            if (step.name() == CutCourse.Name.COLLECT) {
                tables(course, Context.root().with(span));
            }
            course.commitsIn(step)
                    .forEach(commit -> committed(course, commit, Context.root().with(span)));
            span.end(step.ended());
        }
        cut.end(course.ended());
    }

    private void tables(CutCourse course, Context within) {
        Map<TableId, CutCourse.Collected> ordered = new TreeMap<>(course.tables());
        ordered.forEach((table, collected) -> builder("table", course)
                .setParent(within)
                .setStartTimestamp(collected.first())
                .setAttribute(TABLE, table.toString())
                .setAttribute(ROWS, collected.rows())
                .setAttribute(BYTES, collected.bytes())
                .startSpan()
                .end(collected.last()));
    }

    private void committed(CutCourse course, CutCourse.TableCommit commit, Context within) {
        Span span = builder("commit-table", course)
                .setParent(within)
                .setStartTimestamp(commit.begun())
                .setAttribute(TABLE, commit.part().table().toString())
                .setAttribute(ROWS, commit.part().rows())
                .setAttribute(FILES, commit.part().files())
                .setAttribute(DELETE_FILES, commit.part().deleteFiles())
                .startSpan();
        commit.failure().ifPresent(failure -> span.setStatus(StatusCode.ERROR, failure));
        span.end(commit.ended());
    }

    private SpanBuilder builder(String name, CutCourse course) {
        return tracer.spanBuilder(name)
                .setAttribute(PIPELINE, course.pipeline())
                .setAttribute(CUT, course.cut());
    }
}
