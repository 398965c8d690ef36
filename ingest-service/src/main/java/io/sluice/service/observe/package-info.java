/** What a pipeline's threads are doing, from outside: calls into source and lake are timed, counted and watched here. */
@NullMarked
package io.sluice.service.observe;

import org.jspecify.annotations.NullMarked;
