/** Where each key's row stands in the lake: a local cache, tied to a table's snapshot, that can always be rebuilt. */
@NullMarked
package io.sluice.lake.index;

import org.jspecify.annotations.NullMarked;
