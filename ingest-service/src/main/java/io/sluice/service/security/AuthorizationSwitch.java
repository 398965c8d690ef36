package io.sluice.service.security;

import io.quarkus.security.spi.runtime.AuthorizationController;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

/** Roles count where callers can be known; elsewhere the API listens to this machine alone. */
@Alternative
@Priority(Interceptor.Priority.LIBRARY_AFTER)
@Singleton
public class AuthorizationSwitch extends AuthorizationController {

    private final Authentication authentication;

    @Inject
    AuthorizationSwitch(Authentication authentication) {
        this.authentication = authentication;
    }

    @Override
    public boolean isAuthorizationEnabled() {
        return authentication.isConfigured();
    }
}
