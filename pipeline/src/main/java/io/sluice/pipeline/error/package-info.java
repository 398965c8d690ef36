/** The closed set of ways a pipeline can fail. */
@NullMarked
package io.sluice.pipeline.error;

import org.jspecify.annotations.NullMarked;
