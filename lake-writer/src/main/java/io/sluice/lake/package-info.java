/** The lake: Parquet files, deletion vectors, key index and exactly-once commits. */
@NullMarked
package io.sluice.lake;

import org.jspecify.annotations.NullMarked;
