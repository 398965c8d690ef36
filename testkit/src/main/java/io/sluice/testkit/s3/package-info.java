/** An S3 endpoint in the test's process. */
@NullMarked
package io.sluice.testkit.s3;

import org.jspecify.annotations.NullMarked;
