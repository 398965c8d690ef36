/** Where pipelines come from: files in watched directories and the admin API. */
@NullMarked
package io.sluice.service.definition;

import org.jspecify.annotations.NullMarked;
