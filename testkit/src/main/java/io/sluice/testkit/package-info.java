/** Embedded databases, faults, and the checker that compares a source with a lake. */
@NullMarked
package io.sluice.testkit;

import org.jspecify.annotations.NullMarked;
