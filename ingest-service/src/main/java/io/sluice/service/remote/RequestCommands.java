package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Commands that ask a pipeline of a running service for something and show what it does then. */
public final class RequestCommands {

    private RequestCommands() {}

    /** A request without a body. */
    abstract static class Request implements Callable<Integer> {

        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        CommandSpec spec;

        @Mixin
        ServiceOptions service = new ServiceOptions();

        @Parameters(index = "0", paramLabel = "PIPELINE", description = "The pipeline's name.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        String pipeline;

        /** What follows the pipeline's name in the path. */
        abstract List<String> path();

        @Override
        public Integer call() throws InterruptedException {
            JsonNode answer =
                    service.client(spec).post(ServiceClient.pipeline(pipeline, path().toArray(String[]::new)));
            service.print(spec, answer, StatusCommand.one(answer));
            return ExitCode.OK;
        }
    }

    /** {@code sluice start}. */
    @Command(name = "start", description = "Start a stopped or failed pipeline of a running service.")
    public static class Start extends Request {
        @Override
        List<String> path() {
            return List.of("start");
        }
    }

    /** {@code sluice stop}. */
    @Command(name = "stop", description = "Finish a pipeline's open cut, or give it up whole, and end it.")
    public static class Stop extends Request {
        @Override
        List<String> path() {
            return List.of("stop");
        }
    }

    /** {@code sluice pause}. */
    @Command(name = "pause", description = "Finish a pipeline's open cut and hold it still.")
    public static class Pause extends Request {
        @Override
        List<String> path() {
            return List.of("pause");
        }
    }

    /** {@code sluice resume}. */
    @Command(name = "resume", description = "Let a paused pipeline go on.")
    public static class Resume extends Request {
        @Override
        List<String> path() {
            return List.of("resume");
        }
    }

    /** {@code sluice resnapshot}. */
    @Command(
            name = "resnapshot",
            description =
                    "Read a table again from its beginning, beside the stream; its old content stays readable until"
                            + " the new one replaces it.")
    public static class Resnapshot extends Request {

        @Parameters(
                index = "1",
                paramLabel = "TABLE",
                description = "The table's name at the source or in the lake, such as public.orders.")
        @SuppressWarnings("NullAway.Init") // set by picocli
        String table;

        @Override
        List<String> path() {
            return List.of("tables", table, "resnapshot");
        }
    }
}
