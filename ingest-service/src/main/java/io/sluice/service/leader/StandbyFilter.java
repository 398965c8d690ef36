package io.sluice.service.leader;

import io.sluice.service.api.Problem;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.util.Set;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/** A process that does not lead answers to who looks, and refuses what would make it act. */
@Singleton
public class StandbyFilter {

    private static final Set<String> LOOKING = Set.of("GET", "HEAD", "OPTIONS");
    private static final int UNAVAILABLE = 503;
    private static final int RETRY_SECONDS = 5;

    private final Leadership leadership;

    @Inject
    StandbyFilter(Leadership leadership) {
        this.leadership = leadership;
    }

    @ServerRequestFilter
    public @Nullable Response refuse(ContainerRequestContext request) {
        if (leadership.leads() || LOOKING.contains(request.getMethod())) {
            return null;
        }
        String holder = leadership.holder();
        return Response.status(UNAVAILABLE)
                .header("Retry-After", RETRY_SECONDS)
                .type(Problem.MEDIA_TYPE)
                .entity(new Problem(
                        "urn:sluice:problem:standby",
                        "Standby",
                        UNAVAILABLE,
                        "This process does not run the pipelines: "
                                + (holder.isEmpty() ? "the leader is not known yet" : holder + " leads")
                                + ". Ask by the Service, which leads to that one.",
                        request.getUriInfo().getPath(),
                        null,
                        null))
                .build();
    }
}
