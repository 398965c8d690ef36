/** The columnar unit of data that moves through the whole system, and its vectors. */
@NullMarked
package io.sluice.pipeline.batch;

import org.jspecify.annotations.NullMarked;
