/** TPC-H tables with data in PostgreSQL. Depends on nothing else of the test kit. */
@NullMarked
package io.sluice.testkit.tpch;

import org.jspecify.annotations.NullMarked;
