/** A pipeline's life: snapshot, handover, change stream, cuts. Plain Java: Quarkus only wires it. */
@NullMarked
package io.sluice.service.runtime;

import org.jspecify.annotations.NullMarked;
