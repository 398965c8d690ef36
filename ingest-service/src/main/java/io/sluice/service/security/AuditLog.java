package io.sluice.service.security;

import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.Context;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerResponseFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for every request that may change something: who, from where, what, and the answer. Never a body. */
public class AuditLog {

    /** The category of the log. */
    public static final String CATEGORY = "sluice.audit";

    private static final Logger LOG = LoggerFactory.getLogger(CATEGORY);
    private static final Set<String> LOOKING = Set.of("GET", "HEAD", "OPTIONS");

    @ServerResponseFilter
    void answered(
            ContainerRequestContext request, ContainerResponseContext response, @Context RoutingContext connection) {
        if (LOOKING.contains(request.getMethod())) {
            return;
        }
        LOG.info(
                "{} from {} {} {} -> {}",
                name(connection),
                connection.request().remoteAddress().hostAddress(),
                request.getMethod(),
                request.getUriInfo().getRequestUri().getRawPath(),
                response.getStatus());
    }

    /** Of who was known when the request ended; asks nobody, for this may run where nothing may wait. */
    private static String name(RoutingContext connection) {
        return connection.user() instanceof QuarkusHttpUser user
                        && !user.getSecurityIdentity().isAnonymous()
                ? printable(user.getSecurityIdentity().getPrincipal().getName())
                : "anonymous";
    }

    /** A name of a provider must not begin a line of its own. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}|\\p{javaWhitespace}", "_");
    }
}
