/** HDFS in the test's process. */
@NullMarked
package io.sluice.testkit.hdfs;

import org.jspecify.annotations.NullMarked;
