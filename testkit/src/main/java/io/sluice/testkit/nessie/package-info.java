/** Nessie's server, for tests. */
@NullMarked
package io.sluice.testkit.nessie;

import org.jspecify.annotations.NullMarked;
