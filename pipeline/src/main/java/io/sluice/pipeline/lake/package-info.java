/** The commit contract: what the lake promises to the pipeline. */
@NullMarked
package io.sluice.pipeline.lake;

import org.jspecify.annotations.NullMarked;
