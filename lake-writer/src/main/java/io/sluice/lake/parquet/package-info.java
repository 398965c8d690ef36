/** Column batches into Parquet data files and, for Sluice's own reads, back. */
@NullMarked
package io.sluice.lake.parquet;

import org.jspecify.annotations.NullMarked;
