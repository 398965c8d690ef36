/** Logs for machines: one JSON object a line, with pipeline, table and cut. */
@NullMarked
package io.sluice.service.logging;

import org.jspecify.annotations.NullMarked;
