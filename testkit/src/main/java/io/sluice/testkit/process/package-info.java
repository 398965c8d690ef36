/** Child JVMs that a test starts, watches and kills. */
@NullMarked
package io.sluice.testkit.process;

import org.jspecify.annotations.NullMarked;
