/** Streaming mode: changes from the database's log. */
@NullMarked
package io.sluice.incremental;

import org.jspecify.annotations.NullMarked;
