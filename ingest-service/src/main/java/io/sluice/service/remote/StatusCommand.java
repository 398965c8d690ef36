package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice status}. */
@Command(name = "status", description = "Show the pipelines of a running service, or the tables of one.")
public class StatusCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Mixin
    ServiceOptions service = new ServiceOptions();

    @Parameters(arity = "0..1", paramLabel = "PIPELINE", description = "Only this one, with its tables.")
    Optional<String> pipeline = Optional.empty();

    @Override
    public Integer call() throws InterruptedException {
        ServiceClient client = service.client(spec);
        JsonNode answer = client.get(pipeline.map(ServiceClient::pipeline).orElse("/api/v1/pipelines"));
        service.print(spec, answer, pipeline.isPresent() ? one(answer) : all(answer));
        return ExitCode.OK;
    }

    /** All pipelines, a line each. */
    static List<String> all(JsonNode pipelines) {
        TextTable table = new TextTable("PIPELINE", "STATE", "PHASE", "CUT", "LAG", "POSITION", "TABLES", "ERROR");
        for (JsonNode pipeline : pipelines) {
            table.add(
                    pipeline.path("name").asText(),
                    pipeline.path("state").asText(),
                    pipeline.path("phase").asText(),
                    pipeline.path("cut").asText(),
                    Amounts.lag(pipeline.path("lagSeconds").asDouble()),
                    text(pipeline.path("position")),
                    tables(pipeline.path("tables")),
                    text(pipeline.path("error").path("kind")));
        }
        return table.lines();
    }

    private static String tables(JsonNode tables) {
        int stopped = 0;
        long setAside = 0;
        for (JsonNode table : tables) {
            if (table.path("phase").asText().equals("STOPPED")) {
                stopped++;
            }
            setAside += table.path("setAside").asLong();
        }
        List<String> notes = new ArrayList<>();
        if (stopped > 0) {
            notes.add(stopped + " stopped");
        }
        if (setAside > 0) {
            notes.add(rows(setAside) + " set aside");
        }
        return tables.size() + (notes.isEmpty() ? "" : " (" + String.join(", ", notes) + ")");
    }

    /** A number of rows in words. */
    static String rows(long number) {
        return Amounts.exact(number) + (number == 1 ? " row" : " rows");
    }

    /** One pipeline and its tables. */
    static List<String> one(JsonNode pipeline) {
        List<String> lines =
                new ArrayList<>(all(JsonNodeFactory.instance.arrayNode().add(pipeline)));
        JsonNode error = pipeline.path("error");
        if (error.isObject()) {
            lines.add("");
            lines.add("error: " + error.path("message").asText());
            lines.add("hint:  " + error.path("hint").asText());
        }
        lines.add("");
        TextTable table = new TextTable("TABLE", "LAKE TABLE", "PHASE", "ROWS READ", "CHANGES", "POSITION");
        List<String> details = new ArrayList<>();
        for (JsonNode one : pipeline.path("tables")) {
            long read = one.path("rowsRead").asLong();
            long estimated = one.path("rowsEstimated").asLong();
            boolean loading = one.path("phase").asText().equals("SNAPSHOT");
            table.add(
                    one.path("source").asText(),
                    one.path("sink").asText(),
                    one.path("phase").asText(),
                    Amounts.exact(read) + (loading ? " of about " + Amounts.count(estimated) : ""),
                    Amounts.exact(one.path("changes").asLong()),
                    text(one.path("position")));
            if (!text(one.path("detail")).equals("-")) {
                details.add(
                        one.path("source").asText() + ": " + one.path("detail").asText());
            }
            long setAside = one.path("setAside").asLong();
            if (setAside > 0) {
                details.add(one.path("source").asText() + ": " + rows(setAside) + " set aside; 'sluice dead-letters "
                        + pipeline.path("name").asText() + "' shows them and why");
            }
        }
        lines.addAll(table.lines());
        lines.addAll(details);
        return lines;
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() || node.isNull() || node.asText().isEmpty() ? "-" : node.asText();
    }
}
