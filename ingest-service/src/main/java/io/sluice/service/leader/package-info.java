/** Which of several processes of one installation runs the pipelines: the one that holds a Lease of Kubernetes. */
@NullMarked
package io.sluice.service.leader;

import org.jspecify.annotations.NullMarked;
