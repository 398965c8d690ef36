/** The places at which a test can let the process die. */
@NullMarked
package io.sluice.pipeline.failpoint;

import org.jspecify.annotations.NullMarked;
