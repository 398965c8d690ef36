/** Tables, columns and types as the pipeline sees them, independent of any source or lake. */
@NullMarked
package io.sluice.pipeline.schema;

import org.jspecify.annotations.NullMarked;
