/** Keys and certificates for tests, made when they are needed. */
@NullMarked
package io.sluice.testkit.tls;

import org.jspecify.annotations.NullMarked;
