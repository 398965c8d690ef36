package io.sluice.service.security;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Asks callers for a certificate when the settings name an authority for them; Quarkus decides that at build time. */
@Singleton
public class ClientCertificates implements HttpServerOptionsCustomizer {

    private final Optional<Path> authority;

    @Inject
    ClientCertificates(@ConfigProperty(name = ApiEncryption.CLIENT_AUTHORITY) Optional<Path> authority) {
        this.authority = authority;
    }

    @Override
    public void customizeHttpsServer(HttpServerOptions options) {
        if (authority.isPresent()) {
            options.setClientAuth(ClientAuth.REQUIRED);
        }
    }
}
