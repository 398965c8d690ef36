/** The command line. */
@NullMarked
package io.sluice.service.cli;

import org.jspecify.annotations.NullMarked;
