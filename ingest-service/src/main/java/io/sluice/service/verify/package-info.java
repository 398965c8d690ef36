/** Compares a source with its lake, value by value. */
@NullMarked
package io.sluice.service.verify;

import org.jspecify.annotations.NullMarked;
