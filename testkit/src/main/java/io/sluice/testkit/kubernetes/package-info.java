/** As much of Kubernetes as leader election asks for. */
@NullMarked
package io.sluice.testkit.kubernetes;

import org.jspecify.annotations.NullMarked;
