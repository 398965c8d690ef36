package io.sluice.pipeline.source;

import java.util.Optional;

/**
 * A table's rows as the source stores them at one moment, whether they changed without a trace in the log, and whether the
 * log is told.
 *
 * @param mark this moment, as text that a later call can be given; the source's own
 * @param change what happened since the mark that was given, as a clause; empty when every change of rows is in the log
 * @param stream names the table's part in the pipeline's change stream (Postgres: its membership of the publication). While
 *     this text stays the same, the stream has had every change of the table; empty when it does not include the table, or
 *     not all of it
 */
public record TableStorage(String mark, Optional<String> change, String stream) {}
