package io.sluice.pipeline.lake;

import java.io.Serializable;

/**
 * Changes of a table that wait in its load for the cut that publishes it. The source need not keep them.
 *
 * @param from transactions that this position covers are not among them, as text
 * @param to every later transaction that this position covers is among them, as text
 * @param rows changes
 */
public record DrainedChanges(String from, String to, long rows) implements Serializable {}
