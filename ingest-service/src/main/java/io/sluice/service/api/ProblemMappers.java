package io.sluice.service.api;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.sluice.config.ConfigException;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.definition.RefusedChangeException;
import io.sluice.service.runtime.ErrorPolicy;
import io.sluice.service.security.OidcTokens;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.util.Locale;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every error of the API is a problem document. */
public class ProblemMappers {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemMappers.class);

    @ServerExceptionMapper
    Response problem(ProblemException error, UriInfo uri) {
        return error.problem(uri.getPath()).response();
    }

    @ServerExceptionMapper
    Response refused(ConfigException error, UriInfo uri) {
        int problems = error.problems().size();
        return new Problem(
                        "urn:sluice:problem:invalid-definition",
                        "Invalid definition",
                        400,
                        "The pipeline's definition is refused: "
                                + (problems == 1 ? "1 problem." : problems + " problems."),
                        uri.getPath(),
                        null,
                        error.problems().stream()
                                .map(DefinitionJson.ProblemJson::of)
                                .toList())
                .response();
    }

    @ServerExceptionMapper
    Response refused(RefusedChangeException error, UriInfo uri) {
        String type = error.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        int status = switch (error.reason()) {
            case UNKNOWN -> 404;
            case EXISTS, DEFINED_BY_FILE, TOO_MANY, NOT_KEPT -> 409;
            case OUTDATED -> 412;
            case OTHER_NAME -> 400;
        };
        return new Problem(
                        "urn:sluice:problem:" + (status == 404 ? "unknown-pipeline" : type),
                        status == 404 ? "Unknown pipeline" : "Change refused",
                        status,
                        String.valueOf(error.getMessage()),
                        uri.getPath(),
                        null)
                .response();
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unknown(SecurityException error, UriInfo uri) {
        return new Problem(
                        "urn:sluice:problem:unauthorized",
                        "Unauthorized",
                        401,
                        "Send a token that this service knows as 'Authorization: Bearer …'.",
                        uri.getPath(),
                        null)
                .response("Bearer");
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException error, UriInfo uri) {
        return new Problem(
                        "urn:sluice:problem:forbidden",
                        "Forbidden",
                        403,
                        "The caller's role does not allow this: looking needs viewer, requests to pipelines need operator,"
                                + " changing definitions needs admin.",
                        uri.getPath(),
                        null)
                .response();
    }

    @ServerExceptionMapper
    Response provider(OidcTokens.UnavailableException error, UriInfo uri) {
        LOG.error("A caller could not be known", error);
        return new Problem(
                        "urn:sluice:problem:provider-unavailable",
                        "OpenID provider unavailable",
                        503,
                        "The OpenID provider does not answer, so the token cannot be checked.",
                        uri.getPath(),
                        null)
                .response();
    }

    @ServerExceptionMapper
    Response web(WebApplicationException error, UriInfo uri) {
        int status = error.getResponse().getStatus();
        Response.Status known = Response.Status.fromStatusCode(status);
        String title = known == null ? "Status " + status : known.getReasonPhrase();
        String detail = status == 404
                ? "There is nothing at " + uri.getPath() + "; /q/openapi describes the API."
                : String.valueOf(error.getMessage());
        return new Problem("about:blank", title, status, detail, uri.getPath(), null).response();
    }

    /** Nothing here reads or writes but the request itself. */
    @ServerExceptionMapper
    Response unreadable(IOException error, UriInfo uri) {
        return ProblemException.badRequest("The request's body broke off, or is not what its headers say.")
                .problem(uri.getPath())
                .response();
    }

    @ServerExceptionMapper
    Response outside(PipelineException error, UriInfo uri) {
        return new Problem(
                        "urn:sluice:problem:"
                                + error.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                        error.kind() == ErrorKind.CONFIGURATION ? "Invalid definition" : "Source or lake failed",
                        error.kind() == ErrorKind.CONFIGURATION ? 400 : 503,
                        error.getMessage() + " " + ErrorPolicy.hint(error.kind()),
                        uri.getPath(),
                        null)
                .response();
    }

    @ServerExceptionMapper
    Response defect(RuntimeException error, UriInfo uri) {
        LOG.error("A request to {} failed", uri.getPath(), error);
        return new Problem(
                        "about:blank",
                        "Internal Server Error",
                        500,
                        "The request failed unexpectedly; the log has the reason.",
                        uri.getPath(),
                        null)
                .response();
    }
}
