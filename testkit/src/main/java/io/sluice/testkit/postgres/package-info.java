/** A real PostgreSQL for tests: server processes that can be stopped, killed and restarted, and databases in them. */
@NullMarked
package io.sluice.testkit.postgres;

import org.jspecify.annotations.NullMarked;
