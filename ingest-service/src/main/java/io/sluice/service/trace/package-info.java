/** Traces of cuts, for OpenTelemetry. */
@NullMarked
package io.sluice.service.trace;

import org.jspecify.annotations.NullMarked;
