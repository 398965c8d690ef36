package io.sluice.pipeline.lake;

import io.sluice.pipeline.source.ChunkRange;
import java.io.Serializable;

/**
 * A part of a source table whose rows are durable in the table's load.
 *
 * @param range which part
 * @param position the source position that it was read at, as text
 */
public record LoadedRange(ChunkRange range, String position) implements Serializable {}
