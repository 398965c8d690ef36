/** A complete run on data of its own: TPC-H in an embedded PostgreSQL, with writers at work. */
@NullMarked
package io.sluice.service.demo;

import org.jspecify.annotations.NullMarked;
