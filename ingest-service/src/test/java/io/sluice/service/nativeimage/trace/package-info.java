/**
 * An agent that notes what a JVM looks up by reflection, since a builder's own is not at hand. {@link
 * io.sluice.service.nativeimage.trace.TraceAgent} changes classes of the JDK, {@link
 * io.sluice.service.nativeimage.trace.TraceRecorder} is what they call then.
 */
@NullMarked
package io.sluice.service.nativeimage.trace;

import org.jspecify.annotations.NullMarked;
