/** How a pipeline's tables look as Iceberg tables: types, identifier fields, partition keys. */
@NullMarked
package io.sluice.lake.schema;

import org.jspecify.annotations.NullMarked;
