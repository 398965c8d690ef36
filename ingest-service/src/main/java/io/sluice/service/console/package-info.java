/** Progress for people: bars in a terminal, plain lines elsewhere. */
@NullMarked
package io.sluice.service.console;

import org.jspecify.annotations.NullMarked;
