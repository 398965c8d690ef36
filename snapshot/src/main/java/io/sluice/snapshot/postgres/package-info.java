/** Snapshots, catalog and replication slot of a PostgreSQL source. */
@NullMarked
package io.sluice.snapshot.postgres;

import org.jspecify.annotations.NullMarked;
