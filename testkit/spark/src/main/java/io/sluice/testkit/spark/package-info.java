/** Spark SQL as a reader of published tables; shares no code with what wrote them. */
@NullMarked
package io.sluice.testkit.spark;

import org.jspecify.annotations.NullMarked;
