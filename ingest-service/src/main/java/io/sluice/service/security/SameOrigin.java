package io.sluice.service.security;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Keeps pages of other sites, opened in a browser on this machine, from asking the API in the user's name: a request
 * with an {@code Origin} must come from this service's own pages, and where no log-in is asked for, the {@code Host} must
 * be this machine's own name, so that no other name can be made to point here.
 */
@Singleton
public class SameOrigin {

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final int FORBIDDEN = 403;
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int BEFORE_EVERYTHING = -1_000;

    private final Authentication authentication;

    @Inject
    SameOrigin(Authentication authentication) {
        this.authentication = authentication;
    }

    void watch(@Observes Router router) {
        router.route().order(BEFORE_EVERYTHING).handler(this::check);
    }

    private void check(RoutingContext context) {
        HttpServerRequest request = context.request();
        String host = request.authority() == null ? "" : request.authority().host();
        String origin = request.getHeader("Origin");
        boolean foreign = origin != null && !SAFE.contains(request.method().name()) && !isSame(origin, request);
        if (foreign || !authentication.isConfigured() && !isLocal(host)) {
            context.response()
                    .setStatusCode(FORBIDDEN)
                    .putHeader("Content-Type", "application/problem+json")
                    .end("{\"type\":\"urn:sluice:problem:foreign-origin\",\"title\":\"Foreign origin\",\"status\":403,"
                            + "\"detail\":\"The request comes from a page of another site, or names this service by a"
                            + " name that is not this machine's. Ask it as localhost, or give it authentication.\"}");
            return;
        }
        context.next();
    }

    private static boolean isSame(String origin, HttpServerRequest request) {
        try {
            URI from = new URI(origin);
            HostAndPort here = request.authority();
            return here != null
                    && here.host().equalsIgnoreCase(from.getHost())
                    && port(here.port(), request.isSSL()) == port(from.getPort(), "https".equals(from.getScheme()));
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static int port(int port, boolean encrypted) {
        int usual = encrypted ? HTTPS : HTTP;
        return port < 0 ? usual : port;
    }

    /** Without asking a name server, whose answer is what an attacker may have. */
    static boolean isLocal(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.equalsIgnoreCase("localhost")) {
            return true;
        }
        boolean literal = bare.contains(":") || bare.matches("[0-9.]+");
        try {
            return literal && InetAddress.getByName(bare).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
