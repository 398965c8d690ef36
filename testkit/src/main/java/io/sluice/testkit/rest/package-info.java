/** A REST catalog with commits over several tables, for tests. */
@NullMarked
package io.sluice.testkit.rest;

import org.jspecify.annotations.NullMarked;
