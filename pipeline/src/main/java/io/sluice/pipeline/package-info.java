/** The core of Sluice: columnar change model, source positions, transform operators and the commit contract. */
@NullMarked
package io.sluice.pipeline;

import org.jspecify.annotations.NullMarked;
