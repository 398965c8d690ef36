package io.sluice.service.observe;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** Fields that log lines of this thread carry: the pipeline, the table, the cut. Closed by the thread that made them. */
public final class Fields implements AutoCloseable {

    /** The pipeline's name. */
    public static final String PIPELINE = "pipeline";

    /** A table, as the source calls it, or as the lake does where only that is known. */
    public static final String TABLE = "table";

    /** A cut's number. */
    public static final String CUT = "cut";

    private static final Fields UNCHANGED = new Fields(Map.of());

    private final Map<String, String> before;

    private Fields(Map<String, String> before) {
        this.before = before;
    }

    /** With the pipeline's name, unless the thread has it already. */
    public static Fields pipeline(String name) {
        return name.equals(MDC.get(PIPELINE)) ? UNCHANGED : with(PIPELINE, name);
    }

    /** With one more field. */
    public static Fields with(String field, String value) {
        String old = MDC.get(field);
        MDC.put(field, value);
        return new Fields(Map.of(field, old == null ? "" : old));
    }

    /** Sets a field of this thread until it is set again or {@link #clear}ed. */
    static void set(String field, String value) {
        MDC.put(field, value);
    }

    static void clear(String field) {
        MDC.remove(field);
    }

    @Override
    public void close() {
        before.forEach(Fields::restore);
    }

    private static void restore(String field, @Nullable String value) {
        if (value == null || value.isEmpty()) {
            MDC.remove(field);
        } else {
            MDC.put(field, value);
        }
    }
}
