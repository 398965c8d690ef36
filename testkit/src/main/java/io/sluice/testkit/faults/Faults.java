package io.sluice.testkit.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What shall go wrong, and what has been done: every step of a catalog or a file system goes through here by its name,
 * such as {@code commit shop.orders} or {@code close s3a://lake/shop/orders/data/1.parquet}. Safe for use by several
 * threads; actions run on the thread whose step it is and may wait, throw, or do something else to the lake.
 */
public final class Faults {

    /** On which side of the effect a fault strikes. */
    public enum Moment {
        /** Nothing has happened; when the action throws, nothing will. */
        BEFORE,
        /** It has happened; when the action throws, the caller does not get to know. */
        AFTER
    }

    /** A step that gives something. */
    @FunctionalInterface
    public interface Step<T, E extends Exception> {
        T run() throws E;
    }

    private static final class Planned {
        private final Pattern step;
        private final Moment moment;
        private final Runnable action;
        private int times;

        private Planned(Pattern step, Moment moment, Runnable action, int times) {
            this.step = step;
            this.moment = moment;
            this.action = action;
            this.times = times;
        }
    }

    private final List<Planned> planned = new ArrayList<>();
    private final List<String> steps = new ArrayList<>();

    /** Nothing goes wrong yet. */
    public Faults() {}

    /**
     * Plans what happens at the next steps that match.
     *
     * @param step matched against the whole name
     * @param times how many steps it strikes, at least 1; {@link Integer#MAX_VALUE} for every one until {@link #clear}
     * @param action runs once for each; what it throws is what the caller sees
     */
    public synchronized Faults at(String step, Moment moment, int times, Runnable action) {
        planned.add(new Planned(Pattern.compile(step), moment, action, times));
        return this;
    }

    /** Plans what happens once, before the next step that matches. */
    public Faults before(String step, Runnable action) {
        return at(step, Moment.BEFORE, 1, action);
    }

    /** Plans what happens once, after the next step that matches. */
    public Faults after(String step, Runnable action) {
        return at(step, Moment.AFTER, 1, action);
    }

    /** Takes back everything that is planned. */
    public synchronized void clear() {
        planned.clear();
    }

    /** The names of all steps that began, in order. */
    public synchronized List<String> steps() {
        return List.copyOf(steps);
    }

    /** How many steps that began match. */
    public long count(String step) {
        Pattern pattern = Pattern.compile(step);
        return steps().stream().filter(name -> pattern.matcher(name).matches()).count();
    }

    /** Does a step, with what is planned for it. */
    public <T, E extends Exception> T run(String step, Step<T, E> effect) throws E {
        synchronized (this) {
            steps.add(step);
        }
        strike(step, Moment.BEFORE);
        T result = effect.run();
        strike(step, Moment.AFTER);
        return result;
    }

    private void strike(String step, Moment moment) {
        Runnable action = next(step, moment);
        action.run();
    }

    private synchronized Runnable next(String step, Moment moment) {
        for (Planned plan : planned) {
            if (plan.moment == moment && plan.step.matcher(step).matches()) {
                if (plan.times != Integer.MAX_VALUE && --plan.times == 0) {
                    planned.remove(plan);
                }
                return plan.action;
            }
        }
        return () -> {};
    }
}
