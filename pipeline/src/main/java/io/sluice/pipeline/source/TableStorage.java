package io.sluice.pipeline.source;

import java.util.Optional;

/**
 * A table's rows as the source stores them at one moment, and whether they changed without a trace in the log.
 *
 * @param mark this moment, as text that a later call can be given; the source's own
 * @param change what happened since the mark that was given, as a clause; empty when every change of rows is in the log
 */
public record TableStorage(String mark, Optional<String> change) {}
