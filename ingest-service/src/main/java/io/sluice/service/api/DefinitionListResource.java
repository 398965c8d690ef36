package io.sluice.service.api;

import io.sluice.service.definition.DefinitionDirectories;
import io.sluice.service.definition.PipelineFleet;
import io.sluice.service.definition.WatchedDefinitions;
import io.sluice.service.security.Role;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Where pipelines are defined. */
@Path("/api/v1/definitions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Definitions")
@Blocking
@RolesAllowed(Role.VIEW)
public class DefinitionListResource {

    private final PipelineFleet fleet;
    private final WatchedDefinitions watched;

    @Inject
    DefinitionListResource(PipelineFleet fleet, WatchedDefinitions watched) {
        this.fleet = fleet;
        this.watched = watched;
    }

    @GET
    @Operation(summary = "Where each pipeline is defined, and files that are not followed because something is wrong")
    public List<DefinitionJson> definitions() {
        List<DefinitionJson> all = new ArrayList<>();
        fleet.definitions().forEach(definition -> all.add(DefinitionJson.of(definition)));
        for (DefinitionDirectories.Refused refused : watched.refused()) {
            all.add(DefinitionJson.of(refused));
        }
        return all;
    }
}
