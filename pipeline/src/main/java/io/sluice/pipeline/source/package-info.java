/** What a source of rows and changes promises. */
@NullMarked
package io.sluice.pipeline.source;

import org.jspecify.annotations.NullMarked;
