/** The service: wiring, pipeline state machine, command line, admin REST, metrics and health. */
@NullMarked
package io.sluice.service;

import org.jspecify.annotations.NullMarked;
