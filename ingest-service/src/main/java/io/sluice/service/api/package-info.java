/** The admin REST API, its problem documents and health. */
@NullMarked
package io.sluice.service.api;

import org.jspecify.annotations.NullMarked;
