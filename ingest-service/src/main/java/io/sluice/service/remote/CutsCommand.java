package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sluice.service.console.Amounts;
import io.sluice.service.console.TextTable;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice cuts}. */
@Command(
        name = "cuts",
        description = "Show a pipeline's latest cuts as the lake tells of them, or publish one now and tag it.")
public class CutsCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Mixin
    ServiceOptions service = new ServiceOptions();

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline's name.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String pipeline;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many, the newest first (default: ${DEFAULT-VALUE}).")
    int limit;

    @Option(
            names = "--take",
            description = "Publish what is committed at the source now as a cut, tag it in every table, and show it.")
    boolean take;

    @Override
    public Integer call() throws InterruptedException {
        ServiceClient client = service.client(spec);
        String path = ServiceClient.pipeline(pipeline, "cuts");
        JsonNode answer = take ? client.post(path) : client.get(path + "?limit=" + limit);
        service.print(
                spec,
                answer,
                lines(
                        answer.isArray()
                                ? answer
                                : JsonNodeFactory.instance.arrayNode().add(answer)));
        return ExitCode.OK;
    }

    /** A line for each cut. */
    static List<String> lines(JsonNode cuts) {
        TextTable table = new TextTable("CUT", "POSITION", "PUBLISHED", "TAG", "ROWS", "LAG", "TABLES");
        for (JsonNode cut : cuts) {
            table.add(
                    cut.path("cut").asText(),
                    cut.path("position").asText(),
                    cut.path("publishedAt").asText(),
                    cut.path("tagged").asBoolean() ? "cut-" + cut.path("cut").asText() : "-",
                    cut.path("rows").isNumber() ? Amounts.exact(cut.path("rows").asLong()) : "-",
                    cut.path("lagSeconds").isNumber()
                            ? Amounts.lag(cut.path("lagSeconds").asDouble())
                            : "-",
                    Integer.toString(cut.path("tables").size()));
        }
        return table.lines();
    }
}
