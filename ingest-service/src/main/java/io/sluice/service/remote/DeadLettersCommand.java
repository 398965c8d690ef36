package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.service.console.Amounts;
import io.sluice.service.console.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice dead-letters}. */
@Command(
        name = "dead-letters",
        description = "Show the rows of a pipeline's source that have no place in the lake and are set aside, with why."
                + " Ends with 0 whether there are some or none.")
public class DeadLettersCommand implements Callable<Integer> {

    private static final int MOST = 1000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Mixin
    ServiceOptions service = new ServiceOptions();

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline's name.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String pipeline;

    @Option(
            names = "--table",
            paramLabel = "TABLE",
            description = "Only those of this table, by its name at the source or in the lake.")
    Optional<String> table = Optional.empty();

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "100",
            description = "At most so many, the latest first; 1 to 1000 (default: ${DEFAULT-VALUE}).")
    int limit;

    @Override
    public Integer call() throws InterruptedException {
        if (limit < 1 || limit > MOST) {
            throw new ParameterException(
                    spec.commandLine(), "--limit is a number from 1 to " + MOST + ", got " + limit + ".");
        }
        String path = ServiceClient.pipeline(pipeline, "dead-letters") + "?limit=" + limit
                + table.map(name -> "&table=" + ServiceClient.segment(name)).orElse("");
        JsonNode answer = service.client(spec).get(path);
        service.print(spec, answer, lines(answer));
        return ExitCode.OK;
    }

    /** A line for each row, and what to do about them. */
    static List<String> lines(JsonNode answer) {
        long open = answer.path("open").asLong();
        if (open == 0) {
            return List.of("No row is set aside.");
        }
        JsonNode letters = answer.path("deadLetters");
        TextTable table = new TextTable("TABLE", "KEY", "COLUMN", "CUT", "SINCE", "REASON");
        for (JsonNode letter : letters) {
            table.add(
                    letter.path("table").asText(),
                    letter.path("key").asText(),
                    letter.path("column").asText(),
                    letter.path("cut").asLong() == 0
                            ? "load"
                            : letter.path("cut").asText(),
                    letter.path("at").asText(),
                    letter.path("reason").asText());
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.add("");
        lines.add(Amounts.exact(open) + (open == 1 ? " row is set aside" : " rows are set aside")
                + (open > letters.size() ? ", of which the latest " + letters.size() + " are shown" : "")
                + ": correct them at the source and they come to the lake with their change, or change the"
                + " pipeline's projection or filter and have the table read anew.");
        return lines;
    }
}
