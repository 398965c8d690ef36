/** From a pipeline's file to the objects that run it. */
@NullMarked
package io.sluice.service.wiring;

import org.jspecify.annotations.NullMarked;
