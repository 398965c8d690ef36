/** A catalog and a file system that reject, delay, or lose the answer after the effect. */
@NullMarked
package io.sluice.testkit.faults;

import org.jspecify.annotations.NullMarked;
