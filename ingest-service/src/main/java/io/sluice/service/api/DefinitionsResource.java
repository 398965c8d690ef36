package io.sluice.service.api;

import io.sluice.config.PipelineConfig;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.definition.PipelineDefinition;
import io.sluice.service.definition.PipelineFleet;
import io.sluice.service.plan.Planner;
import io.sluice.service.security.Role;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** What describes the pipelines: made, replaced and removed by requests. */
@Path("/api/v1/pipelines")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Definitions")
@Blocking
@RolesAllowed(Role.ADMINISTER)
public class DefinitionsResource {

    private static final String YAML = "application/yaml";
    private static final String YAML_OLD = "application/x-yaml";
    private static final String YAML_TEXT = "text/yaml";

    private final PipelineFleet fleet;
    private final PipelineRegistry registry;

    @Inject
    DefinitionsResource(PipelineFleet fleet, PipelineRegistry registry) {
        this.fleet = fleet;
        this.registry = registry;
    }

    @POST
    @Consumes({YAML, YAML_OLD, YAML_TEXT, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Create a pipeline from its YAML, or the same as JSON, and start it; dryRun=true answers with the"
                    + " plan and changes nothing")
    @APIResponse(responseCode = "200", description = "The plan, for a dry run")
    @APIResponse(responseCode = "201", description = "Created, with the status; ETag is the definition's revision")
    @APIResponse(responseCode = "400", description = "The text is refused, with every problem of it")
    @APIResponse(responseCode = "404", description = "Another request removed it at once")
    @APIResponse(responseCode = "409", description = "There is one of that name, or this process takes none")
    public Response create(
            String body,
            @QueryParam("dryRun") @DefaultValue("false") String dryRun,
            @QueryParam("start") @DefaultValue("true") String start,
            @Context UriInfo uri) {
        if (flag("dryRun", dryRun)) {
            return plan(fleet.check(body));
        }
        PipelineDefinition made = fleet.create(body, begin(start));
        return Response.created(uri.getAbsolutePathBuilder().path(made.name()).build())
                .tag(new EntityTag(made.revision()))
                .entity(status(made.name()))
                .build();
    }

    @PUT
    @Path("{name}")
    @Consumes({YAML, YAML_OLD, YAML_TEXT, MediaType.APPLICATION_JSON})
    @Operation(
            summary = "Create a pipeline or replace its definition; the same text again changes nothing. If-Match and"
                    + " If-None-Match are heeded; dryRun=true answers with the plan and changes nothing")
    @APIResponse(
            responseCode = "200",
            description = "Replaced or unchanged, with the status; or the plan, for a dry run")
    @APIResponse(responseCode = "201", description = "Created, with the status")
    @APIResponse(responseCode = "400", description = "The text is refused, with every problem of it")
    @APIResponse(responseCode = "404", description = "Another request removed it at once")
    @APIResponse(responseCode = "409", description = "A file defines the pipeline, or this process takes none")
    @APIResponse(responseCode = "412", description = "The definition is another one than If-Match or If-None-Match say")
    public Response put(
            @PathParam("name") String name,
            String body,
            @QueryParam("dryRun") @DefaultValue("false") String dryRun,
            @QueryParam("start") @DefaultValue("true") String start,
            @HeaderParam("If-Match") @Nullable String ifMatch,
            @HeaderParam("If-None-Match") @Nullable String ifNoneMatch) {
        if (flag("dryRun", dryRun)) {
            PipelineConfig config = fleet.check(body);
            PipelineFleet.requireName(name, config);
            return plan(config);
        }
        PipelineFleet.Change change = fleet.put(name, body, Preconditions.of(ifMatch, ifNoneMatch), begin(start));
        return Response.status(change == PipelineFleet.Change.CREATED ? Response.Status.CREATED : Response.Status.OK)
                .tag(fleet.find(name)
                        .map(known -> new EntityTag(known.revision()))
                        .orElse(null))
                .entity(status(name))
                .build();
    }

    @DELETE
    @Path("{name}")
    @Operation(
            summary = "End a pipeline and forget its definition. Its tables stay in the lake, and its replication slot"
                    + " at the source, which holds the source's log until someone drops it")
    @APIResponse(responseCode = "204", description = "It has ended and is forgotten")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    @APIResponse(responseCode = "409", description = "A file defines the pipeline")
    @APIResponse(responseCode = "412", description = "The definition is another one than If-Match says")
    public Response delete(@PathParam("name") String name, @HeaderParam("If-Match") @Nullable String ifMatch) {
        fleet.remove(name, Preconditions.of(ifMatch, null));
        return Response.noContent().build();
    }

    private static Response plan(PipelineConfig config) {
        try {
            return Response.ok(PlanJson.of(new Planner(PipelineAssembly.of(config)).plan()))
                    .build();
        } catch (PipelineException e) {
            // This service is well; what the definition names is not.
            throw e.kind() == ErrorKind.CONFIGURATION || e.kind() == ErrorKind.INTERNAL
                    ? e
                    : ProblemException.noPlan(e);
        }
    }

    private PipelineJson status(String name) {
        return registry.find(name)
                .map(pipeline -> PipelineJson.of(pipeline.status()))
                .orElseThrow(() -> ProblemException.unknownPipeline(name));
    }

    private static PipelineFleet.Begin begin(String start) {
        return flag("start", start) ? PipelineFleet.Begin.STARTED : PipelineFleet.Begin.STOPPED;
    }

    private static boolean flag(String name, String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ProblemException.badRequest(name + " is true or false, got '" + text + "'.");
        };
    }
}
