/** Transform operators: projection, filter and route, compiled once per table schema. */
@NullMarked
package io.sluice.pipeline.transform;

import org.jspecify.annotations.NullMarked;
