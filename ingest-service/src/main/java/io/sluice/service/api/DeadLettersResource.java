package io.sluice.service.api;

import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.schema.TableId;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.TableStatus;
import io.sluice.service.security.Role;
import io.sluice.service.wiring.PipelineRegistry;
import io.smallrye.common.annotation.Blocking;
import jakarta.annotation.security.RolesAllowed;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** Rows of a pipeline's source that have no place in the lake. */
@Path("/api/v1/pipelines/{name}/dead-letters")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "Pipelines")
@Blocking
@RolesAllowed(Role.VIEW)
public class DeadLettersResource {

    private static final int MOST = 1000;

    private final PipelineRegistry registry;

    @Inject
    DeadLettersResource(PipelineRegistry registry) {
        this.registry = registry;
    }

    @GET
    @Operation(
            summary =
                    "Rows of the source that are set aside at present, read from the lake, latest first: key, column and"
                            + " reason of each; table shows those of one, by its name at the source or in the lake")
    @APIResponse(responseCode = "200", description = "The rows, of a stopped pipeline too")
    @APIResponse(responseCode = "400", description = "The limit is not a number from 1 to 1000")
    @APIResponse(responseCode = "404", description = "Unknown pipeline or table")
    @APIResponse(responseCode = "503", description = "The lake cannot be read")
    public DeadLettersJson deadLetters(
            @PathParam("name") String name,
            @QueryParam("limit") @DefaultValue("100") String limit,
            @QueryParam("table") @Nullable String table) {
        Pipeline pipeline = registry.find(name).orElseThrow(() -> ProblemException.unknownPipeline(name));
        int shown = number(limit);
        // All, for what is left out by the limit is counted too.
        return DeadLettersJson.of(table == null ? pipeline.deadLetters(Integer.MAX_VALUE) : of(pipeline, table), shown);
    }

    private static List<DeadLetter> of(Pipeline pipeline, String table) {
        List<TableStatus> tables = pipeline.status().tables();
        Optional<TableStatus> known = tables.stream()
                .filter(one -> one.source().equals(table) || one.sink().equals(table))
                .findFirst();
        String source = known.map(TableStatus::source).orElse(table);
        List<DeadLetter> own = isTable(source) ? pipeline.deadLettersOf(TableId.parse(source)) : List.of();
        // Before the pipeline was first started in this process nobody knows its tables.
        if (known.isEmpty() && own.isEmpty() && !tables.isEmpty()) {
            throw ProblemException.unknownTable(pipeline.name(), table);
        }
        return own;
    }

    /** What is not a table's whole name is none that has letters. */
    private static boolean isTable(String name) {
        int dot = name.lastIndexOf('.');
        return dot > 0 && dot < name.length() - 1;
    }

    private static int number(String text) {
        if (!text.matches("[1-9][0-9]{0,3}") || Integer.parseInt(text) > MOST) {
            throw ProblemException.badRequest("The limit is a number from 1 to " + MOST + ", got '" + text + "'.");
        }
        return Integer.parseInt(text);
    }
}
