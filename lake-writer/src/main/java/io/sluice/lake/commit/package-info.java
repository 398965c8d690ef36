/** Commits to Iceberg tables: marks, guard and swap in one place, so that nothing can slip in between. */
@NullMarked
package io.sluice.lake.commit;

import org.jspecify.annotations.NullMarked;
