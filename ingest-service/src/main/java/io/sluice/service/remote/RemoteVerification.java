package io.sluice.service.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.service.console.Amounts;
import io.sluice.service.console.TextTable;
import io.sluice.service.verify.TableResult;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Model.CommandSpec;

/** A verification that a running service does. */
public final class RemoteVerification {

    private static final long LOOK_MILLIS = 500;

    private final ServiceClient client;
    private final ServiceOptions options;
    private final CommandSpec spec;

    /** For one call of a command. */
    public RemoteVerification(ServiceOptions options, CommandSpec spec) {
        this.client = options.client(spec);
        this.options = options;
        this.spec = spec;
    }

    /** What to do with differences. */
    public enum Mode {
        COMPARE,
        REPAIR
    }

    /**
     * Begins it, tells its steps on standard error, and prints its result.
     *
     * @return what it found; empty when it failed
     */
    public Optional<TableResult.Verdict> run(String pipeline, Mode mode) throws InterruptedException {
        PrintWriter steps = spec.commandLine().getErr();
        String path = ServiceClient.pipeline(pipeline, "verify");
        JsonNode status = client.post(path + (mode == Mode.REPAIR ? "?repair=true" : ""));
        String told = "";
        while (status.path("state").asText().equals("RUNNING")) {
            String step = status.path("step").asText();
            if (!step.equals(told)) {
                steps.println(step);
                steps.flush();
                told = step;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            status = client.get(path);
        }
        options.print(spec, status, lines(status));
        String verdict = status.path("verdict").asText("");
        return status.path("state").asText().equals("DONE")
                ? Optional.of(TableResult.Verdict.valueOf(verdict))
                : Optional.empty();
    }

    /** The result as people read it. */
    static List<String> lines(JsonNode status) {
        TextTable table =
                new TextTable("TABLE", "LAKE TABLE", "VERDICT", "ROWS", "MISSING", "SURPLUS", "DIFFERENT", "UNDECIDED");
        List<String> details = new ArrayList<>();
        for (JsonNode one : status.path("tables")) {
            table.add(
                    one.path("source").asText(),
                    one.path("sink").asText(),
                    one.path("verdict").asText(),
                    Amounts.exact(one.path("sourceRows").asLong()),
                    Amounts.exact(one.path("missing").asLong()),
                    Amounts.exact(one.path("surplus").asLong()),
                    Amounts.exact(one.path("different").asLong()),
                    Amounts.exact(one.path("undecided").asLong()));
            if (one.path("setAside").asLong() > 0) {
                details.add("  " + one.path("source").asText() + ": besides, "
                        + StatusCommand.rows(one.path("setAside").asLong()) + " set aside");
            }
            one.path("examples").forEach(example -> details.add("  " + example.asText()));
            if (!one.path("reason").asText("").isEmpty() && !one.path("reason").isNull()) {
                details.add("  " + one.path("source").asText() + ": "
                        + one.path("reason").asText());
            }
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.addAll(details);
        JsonNode error = status.path("error");
        if (error.isObject()) {
            lines.add("error: " + error.path("message").asText());
            lines.add("hint:  " + error.path("hint").asText());
        }
        return lines;
    }
}
