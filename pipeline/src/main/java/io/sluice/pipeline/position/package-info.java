/** Positions in a source's log. */
@NullMarked
package io.sluice.pipeline.position;

import org.jspecify.annotations.NullMarked;
