/** What a pipeline would do, without doing it. */
@NullMarked
package io.sluice.service.plan;

import org.jspecify.annotations.NullMarked;
