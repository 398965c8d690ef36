/** Random tables, transforms and transactions, the same for the same seed. */
@NullMarked
package io.sluice.testkit.workload;

import org.jspecify.annotations.NullMarked;
