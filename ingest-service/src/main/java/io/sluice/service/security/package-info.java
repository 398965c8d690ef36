/** Who may ask the admin API for what. */
@NullMarked
package io.sluice.service.security;

import org.jspecify.annotations.NullMarked;
