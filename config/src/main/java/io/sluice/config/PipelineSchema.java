package io.sluice.config;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON Schema (draft 2020-12) of the pipeline YAML, for editors and for other programs. */
public final class PipelineSchema {

    private PipelineSchema() {}

    /**
     * The schema with every key's meaning, default, range and an example, indented. It comes from the same description
     * as {@link PipelineConfigReader}'s checks. Every file that the reader accepts fits it; the reader refuses more:
     * contradictions between keys, broken table patterns and references that stand for nothing.
     */
    public static String json() {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("$id", "urn:sluice:pipeline");
        schema.put("title", "Sluice pipeline");
        schema.put(
                "description",
                "One pipeline: a database, a lake, the tables between them. ${NAME}, ${NAME:-default} and "
                        + "${file:/path} are replaced in any value; $${ stands for the characters ${.");
        schema.setAll(Vocabulary.DOCUMENT.schema());
        schema.putObject("$defs")
                .putObject("reference")
                .put("description", "Text with a reference such as ${NAME} or ${file:/path}.")
                .put("type", "string")
                .put("pattern", References.PATTERN);
        return schema.toPrettyString() + "\n";
    }
}
