package io.sluice.service.api;

import io.sluice.pipeline.error.PipelineException;
import io.sluice.service.runtime.ErrorPolicy;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A request that is answered with a problem document. */
final class ProblemException extends RuntimeException {

    private final String type;
    private final String title;
    private final int status;
    private final @Nullable String state;

    private ProblemException(String type, String title, int status, String detail, @Nullable String state) {
        super(detail);
        this.type = type;
        this.title = title;
        this.status = status;
        this.state = state;
    }

    static ProblemException unknownPipeline(String name) {
        return new ProblemException(
                "urn:sluice:problem:unknown-pipeline",
                "Unknown pipeline",
                404,
                "There is no pipeline named '" + name + "'; GET /api/v1/pipelines lists them.",
                null);
    }

    static ProblemException wrongState(String detail, String state) {
        return new ProblemException("urn:sluice:problem:wrong-state", "Wrong state", 409, detail, state);
    }

    static ProblemException unknownTable(String pipeline, String table) {
        return new ProblemException(
                "urn:sluice:problem:unknown-table",
                "Unknown table",
                404,
                "Pipeline " + pipeline + " has no table '" + table + "'; GET /api/v1/pipelines/" + pipeline
                        + "/tables lists them.",
                null);
    }

    static ProblemException notInTime(String detail) {
        return new ProblemException("urn:sluice:problem:not-in-time", "Not in time", 504, detail, null);
    }

    static ProblemException verificationRefused(String detail) {
        return new ProblemException(
                "urn:sluice:problem:verification-refused", "Verification refused", 409, detail, null);
    }

    static ProblemException noVerification(String name) {
        return new ProblemException(
                "urn:sluice:problem:no-verification",
                "No verification",
                404,
                "Pipeline " + name + " has not been verified in this process; POST to the same path begins that.",
                null);
    }

    static ProblemException noPlan(PipelineException reason) {
        return new ProblemException(
                "urn:sluice:problem:"
                        + reason.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                "Source or lake failed",
                422,
                reason.getMessage() + " " + ErrorPolicy.hint(reason.kind()),
                null);
    }

    static ProblemException badRequest(String detail) {
        return new ProblemException("urn:sluice:problem:bad-request", "Bad request", 400, detail, null);
    }

    Problem problem(String instance) {
        return new Problem(type, title, status, String.valueOf(getMessage()), instance, state);
    }
}
