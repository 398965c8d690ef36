package io.sluice.service.api;

import io.sluice.service.security.Role;
import io.sluice.service.verify.VerificationStatus;
import io.sluice.service.verify.Verifications;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** The comparison of a pipeline's source with its lake, while the pipeline runs. */
@Path("/api/v1/pipelines/{name}/verify")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Pipelines")
@Blocking
@RolesAllowed(Role.VIEW)
public class VerifyResource {

    private final PipelineRegistry registry;
    private final Verifications verifications;

    @Inject
    VerifyResource(PipelineRegistry registry, Verifications verifications) {
        this.registry = registry;
        this.verifications = verifications;
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Operation(
            summary =
                    "Begin to compare source and lake value by value; with repair=true, rows that differ are read again"
                            + " and published in one cut. GET the same path for progress and result")
    @APIResponse(responseCode = "202", description = "Begun, with the status; Location is where to ask")
    @APIResponse(responseCode = "400", description = "repair is neither true nor false")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    @APIResponse(responseCode = "409", description = "A verification is under way, of this pipeline or of another")
    public Response start(
            @PathParam("name") String name,
            @QueryParam("repair") @DefaultValue("false") String repair,
            @Context UriInfo uri) {
        find(name);
        Verifications.Mode mode = mode(repair);
        try {
            VerificationStatus begun = verifications.start(name, mode);
            return Response.accepted(json(name, begun))
                    .location(uri.getAbsolutePath())
                    .build();
        } catch (Verifications.RefusedException e) {
            throw ProblemException.verificationRefused(String.valueOf(e.getMessage()));
        }
    }

    @GET
    @Operation(summary = "The last verification: its progress while it runs, its result afterwards")
    @APIResponse(responseCode = "200", description = "The verification")
    @APIResponse(responseCode = "404", description = "Unknown pipeline, or none was begun in this process")
    public VerificationJson status(@PathParam("name") String name) {
        find(name);
        return verifications
                .latest(name)
                .map(status -> json(name, status))
                .orElseThrow(() -> ProblemException.noVerification(name));
    }

    @DELETE
    @RolesAllowed(Role.OPERATE)
    @Operation(summary = "Give the verification up that is under way")
    @APIResponse(responseCode = "202", description = "It ends soon")
    @APIResponse(responseCode = "404", description = "Unknown pipeline, or none was begun in this process")
    @APIResponse(responseCode = "409", description = "It has ended already")
    public Response cancel(@PathParam("name") String name) {
        find(name);
        if (!verifications.cancel(name)) {
            VerificationStatus ended =
                    verifications.latest(name).orElseThrow(() -> ProblemException.noVerification(name));
            throw ProblemException.wrongState(
                    "The verification of pipeline " + name + " is " + ended.state() + " already.",
                    ended.state().name());
        }
        return Response.accepted(status(name)).build();
    }

    private void find(String name) {
        if (registry.find(name).isEmpty()) {
            throw ProblemException.unknownPipeline(name);
        }
    }

    private static VerificationJson json(String name, VerificationStatus status) {
        return VerificationJson.of(name, status, status.mode() == Verifications.Mode.REPAIR);
    }

    private static Verifications.Mode mode(String repair) {
        return switch (repair) {
            case "false" -> Verifications.Mode.COMPARE;
            case "true" -> Verifications.Mode.REPAIR;
            default -> throw ProblemException.badRequest("repair is true or false, got '" + repair + "'.");
        };
    }
}
