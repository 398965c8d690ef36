/** Reading published tables back through Iceberg's own generic reader, for checks: none of the writer's code is used. */
@NullMarked
package io.sluice.lake.read;

import org.jspecify.annotations.NullMarked;
