/** Reads a lake with Iceberg's own classes, sharing no code with the writer, and compares it with its source. */
@NullMarked
package io.sluice.testkit.lake;

import org.jspecify.annotations.NullMarked;
