/** Pipeline YAML: typed records, validation with line numbers, JSON Schema, secrets. */
@NullMarked
package io.sluice.config;

import org.jspecify.annotations.NullMarked;
