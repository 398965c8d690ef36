/** Batch mode: whole tables, in parallel chunks, at a known source position. */
@NullMarked
package io.sluice.snapshot;

import org.jspecify.annotations.NullMarked;
