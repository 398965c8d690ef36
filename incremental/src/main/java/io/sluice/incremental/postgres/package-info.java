/** The change stream of PostgreSQL, through Debezium's engine. */
@NullMarked
package io.sluice.incremental.postgres;

import org.jspecify.annotations.NullMarked;
