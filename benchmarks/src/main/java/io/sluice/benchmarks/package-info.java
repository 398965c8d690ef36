/** Measurements of throughput and cost. */
@NullMarked
package io.sluice.benchmarks;

import org.jspecify.annotations.NullMarked;
