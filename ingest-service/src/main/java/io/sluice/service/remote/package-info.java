/** The command line against a service that runs elsewhere: its admin API as tables for people and JSON for scripts. */
@NullMarked
package io.sluice.service.remote;

import org.jspecify.annotations.NullMarked;
