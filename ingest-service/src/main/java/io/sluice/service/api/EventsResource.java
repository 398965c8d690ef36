package io.sluice.service.api;

import io.sluice.service.security.Role;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** What happens to all pipelines, on one connection. */
@Path("/api/v1/events")
@Tag(name = "Pipelines")
@RolesAllowed(Role.VIEW)
public class EventsResource {

    private final PipelineRegistry registry;

    @Inject
    EventsResource(PipelineRegistry registry) {
        this.registry = registry;
    }

    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "What happens to all pipelines from now on, as server-sent events")
    public Multi<EventJson> events() {
        return EventStream.of(registry, event -> true);
    }
}
