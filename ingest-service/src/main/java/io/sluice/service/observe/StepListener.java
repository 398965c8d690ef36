package io.sluice.service.observe;

/** Is told of a step's end, on the thread that took it; must return at once and not throw. */
@FunctionalInterface
public interface StepListener {

    /**
     * A step ended, well or badly.
     *
     * @param nanos spent in it, without the steps inside it
     */
    void stepEnded(String pipeline, Step step, long nanos);
}
