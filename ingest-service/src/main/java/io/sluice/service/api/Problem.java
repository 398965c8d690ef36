package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * An RFC 9457 problem document.
 *
 * @param type a URI that names the kind of problem; {@code about:blank} when the status says it all
 * @param title the kind of problem in a few words
 * @param status the HTTP status
 * @param detail what happened in this case and what to do
 * @param instance the path of the request
 * @param state the pipeline's state, where that is what stands in the way
 * @param errors what is wrong with the body, each with its field and what to write instead
 */
@Schema(name = "Problem")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        String instance,
        @Nullable String state,
        @Nullable List<DefinitionJson.ProblemJson> errors) {

    /** A problem that is not one of the body's text. */
    Problem(String type, String title, int status, String detail, String instance, @Nullable String state) {
        this(type, title, status, detail, instance, state, null);
    }

    /** The media type of problem documents. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** Tells with what scheme to authenticate. */
    Response response(String challenge) {
        return Response.fromResponse(response())
                .header("WWW-Authenticate", challenge)
                .build();
    }

    Response response() {
        return Response.status(status).type(MEDIA_TYPE).entity(this).build();
    }
}
