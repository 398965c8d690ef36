package io.sluice.service.cli;

import io.sluice.config.PipelineSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice schema}. */
@Command(name = "schema", description = "Print the JSON Schema of a pipeline's file.")
public class SchemaCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(PipelineSchema.json());
        spec.commandLine().getOut().flush();
    }
}
