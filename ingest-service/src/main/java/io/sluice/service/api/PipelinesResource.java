package io.sluice.service.api;

import io.sluice.service.definition.PipelineFleet;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.security.Role;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** Pipelines: what they do, and requests to them. Requests return at once and take effect soon. */
@Path("/api/v1/pipelines")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Pipelines")
@Blocking
@RolesAllowed(Role.VIEW)
public class PipelinesResource {

    private static final Duration CUT_PATIENCE = Duration.ofMinutes(1);
    private static final int MOST_CUTS = 10_000;

    private final PipelineRegistry registry;
    private final PipelineFleet fleet;

    @Inject
    PipelinesResource(PipelineRegistry registry, PipelineFleet fleet) {
        this.registry = registry;
        this.fleet = fleet;
    }

    @GET
    @Operation(summary = "All pipelines; tables=false leaves their tables out, for one who looks often")
    @APIResponse(responseCode = "200", description = "All pipelines")
    @APIResponse(responseCode = "400", description = "tables is neither true nor false")
    public List<PipelineJson> list(@QueryParam("tables") @DefaultValue("true") String tables) {
        boolean whole = flag(tables);
        return registry.pipelines().stream()
                .map(Pipeline::status)
                .map(status -> whole ? PipelineJson.of(status) : PipelineJson.light(status))
                .toList();
    }

    @GET
    @Path("{name}")
    @Operation(summary = "One pipeline with its tables")
    @APIResponse(
            responseCode = "200",
            description = "The pipeline; ETag is the revision of its definition",
            content = @Content(schema = @Schema(implementation = PipelineJson.class)))
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    public Response get(@PathParam("name") String name) {
        PipelineJson status = PipelineJson.of(find(name).status());
        return Response.ok(status)
                .tag(fleet.find(name)
                        .map(known -> new EntityTag(known.revision()))
                        .orElse(null))
                .build();
    }

    @GET
    @Path("{name}/tables")
    @Operation(summary = "The pipeline's tables")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    public List<PipelineJson.TableJson> tables(@PathParam("name") String name) {
        return PipelineJson.tables(find(name).status());
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/tables/{table}/resnapshot")
    @Operation(
            summary =
                    "Read a table again from its beginning, beside the stream; its old content stays readable until the"
                            + " new one replaces it in one cut. Brings a stopped table back, with the schema it has now")
    @APIResponse(responseCode = "202", description = "Accepted, with the status")
    @APIResponse(responseCode = "404", description = "Unknown pipeline or table")
    @APIResponse(responseCode = "409", description = "The pipeline is not running, or the table is being loaded")
    public Response resnapshot(@PathParam("name") String name, @PathParam("table") String table) {
        Pipeline pipeline = find(name);
        try {
            pipeline.resnapshot(table);
        } catch (NoSuchElementException e) {
            throw ProblemException.unknownTable(name, table);
        } catch (IllegalStateException e) {
            throw ProblemException.wrongState(
                    e.getMessage() + ".", pipeline.status().state().name());
        }
        return Response.accepted(PipelineJson.of(pipeline.status())).build();
    }

    @GET
    @Path("{name}/cuts")
    @Operation(
            summary = "The latest cuts, read from the lake, newest first: position, time, tag, each table's snapshot")
    @APIResponse(responseCode = "400", description = "The limit is not a number from 1")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    @APIResponse(responseCode = "503", description = "The lake cannot be read")
    public List<CutJson> cuts(@PathParam("name") String name, @QueryParam("limit") @DefaultValue("50") String limit) {
        return cuts(find(name), number(limit));
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/cuts")
    @Operation(
            summary =
                    "Publish what is committed at the source now as a cut, and tag it in every table; answers when that"
                            + " is done. When nothing changed since the last cut, that one is tagged")
    @APIResponse(responseCode = "201", description = "Published and tagged, with the cut")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    @APIResponse(responseCode = "409", description = "It publishes no cut in its state, or ended before it did")
    @APIResponse(responseCode = "504", description = "Not within a minute; the request stands while the pipeline runs")
    public Response cut(@PathParam("name") String name) throws InterruptedException {
        Pipeline pipeline = find(name);
        try {
            long number = pipeline.requestCut().get(CUT_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            // A cut further back than this was tagged before.
            CutJson cut = cuts(pipeline, MOST_CUTS).stream()
                    .filter(one -> one.cut() == number)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("Cut " + number + " is not in the lake"));
            return Response.status(Response.Status.CREATED).entity(cut).build();
        } catch (IllegalStateException e) {
            throw noCut(pipeline);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IllegalStateException) {
                throw noCut(pipeline);
            }
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw ProblemException.notInTime(
                    "Pipeline " + name + " has not published and tagged a cut within "
                            + CUT_PATIENCE.toSeconds()
                            + " s. The request stands while the pipeline runs; GET the same path shows the cut when it is there.");
        }
    }

    private static ProblemException noCut(Pipeline pipeline) {
        PipelineStatus status = pipeline.status();
        return ProblemException.wrongState(
                "Pipeline " + pipeline.name() + " is " + status.state()
                        + (status.state() == PipelineState.RUNNING ? " in phase " + status.phase() : "")
                        + ", so it cannot publish a cut.",
                status.state().name());
    }

    private List<CutJson> cuts(Pipeline pipeline, int limit) {
        Map<Long, PipelineRegistry.TimedCut> told = new HashMap<>();
        registry.recentCuts(pipeline.name())
                .forEach(timed -> told.put(timed.cut().cut(), timed));
        return pipeline.cuts(limit).stream()
                .map(cut -> CutJson.of(cut, Optional.ofNullable(told.get(cut.number()))))
                .toList();
    }

    @GET
    @Path("{name}/events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.APPLICATION_JSON)
    @Operation(summary = "What happens from now on, as server-sent events")
    @APIResponse(responseCode = "404", description = "Unknown pipeline")
    public Multi<EventJson> events(@PathParam("name") String name) {
        find(name);
        return EventStream.of(registry, event -> event.pipeline().equals(name));
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/start")
    @Operation(summary = "Start a stopped or failed pipeline; mode is until-stopped or until-caught-up")
    @APIResponse(responseCode = "202", description = "Accepted, with the status")
    @APIResponse(responseCode = "409", description = "It is active already")
    public Response start(
            @PathParam("name") String name, @QueryParam("mode") @DefaultValue("until-stopped") String mode) {
        Pipeline pipeline = find(name);
        Pipeline.RunMode runMode = mode(mode);
        return accepted(pipeline, "start", () -> {
            pipeline.start(runMode);
            fleet.asked(name, PipelineFleet.Begin.STARTED);
        });
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/stop")
    @Operation(summary = "Finish the open cut, or give it up whole, and end")
    @APIResponse(responseCode = "202", description = "Accepted, with the status")
    @APIResponse(responseCode = "409", description = "It is not active")
    public Response stop(@PathParam("name") String name) {
        Pipeline pipeline = find(name);
        return accepted(pipeline, "stop", () -> {
            pipeline.stop();
            fleet.asked(name, PipelineFleet.Begin.STOPPED);
        });
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/pause")
    @Operation(summary = "Finish the open cut and hold still")
    @APIResponse(responseCode = "202", description = "Accepted, with the status")
    @APIResponse(responseCode = "409", description = "It is not running")
    public Response pause(@PathParam("name") String name) {
        Pipeline pipeline = find(name);
        return accepted(pipeline, "pause", pipeline::pause);
    }

    @POST
    @RolesAllowed(Role.OPERATE)
    @Path("{name}/resume")
    @Operation(summary = "Go on after a pause")
    @APIResponse(responseCode = "202", description = "Accepted, with the status")
    @APIResponse(responseCode = "409", description = "It is not paused")
    public Response resume(@PathParam("name") String name) {
        Pipeline pipeline = find(name);
        return accepted(pipeline, "resume", pipeline::resume);
    }

    private static Response accepted(Pipeline pipeline, String request, Runnable action) {
        try {
            action.run();
        } catch (IllegalStateException e) {
            PipelineState state = pipeline.status().state();
            throw ProblemException.wrongState(
                    "Pipeline " + pipeline.name() + " is " + state + ", so it cannot " + request + ".", state.name());
        }
        return Response.accepted(PipelineJson.of(pipeline.status())).build();
    }

    private Pipeline find(String name) {
        return registry.find(name).orElseThrow(() -> ProblemException.unknownPipeline(name));
    }

    private static Pipeline.RunMode mode(String text) {
        return switch (text) {
            case "until-stopped" -> Pipeline.RunMode.UNTIL_STOPPED;
            case "until-caught-up" -> Pipeline.RunMode.UNTIL_CAUGHT_UP;
            default ->
                throw ProblemException.badRequest("The mode is until-stopped or until-caught-up, got '" + text + "'.");
        };
    }

    private static boolean flag(String tables) {
        return switch (tables) {
            case "true" -> true;
            case "false" -> false;
            default -> throw ProblemException.badRequest("tables is true or false, got '" + tables + "'.");
        };
    }

    private static int number(String text) {
        if (!text.matches("[1-9][0-9]{0,8}")) {
            throw ProblemException.badRequest("The limit is a number from 1, got '" + text + "'.");
        }
        return Integer.parseInt(text);
    }
}
