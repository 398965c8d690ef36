/** Micrometer meters of the pipelines. */
@NullMarked
package io.sluice.service.metrics;

import org.jspecify.annotations.NullMarked;
