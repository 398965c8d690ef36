package io.sluice.service.definition;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The text that describes a pipeline, with its references not replaced.
 *
 * @param name the pipeline's name, as in the text
 * @param text YAML, or JSON, which is YAML too
 * @param origin who may change it
 * @param place where it stands, for people: a file, or what a request was
 */
public record PipelineDefinition(String name, String text, Origin origin, String place) {

    private static final int REVISION_BYTES = 12;

    /** Who may change a definition. */
    public enum Origin {
        /** The command line or a watched directory: only the file itself may be changed. */
        FILE,
        /** The admin API. */
        API
    }

    /** Changes with the text and with nothing else. */
    public String revision() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, REVISION_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    /** Without the text, which may hold a password. */
    @Override
    public String toString() {
        return "PipelineDefinition[" + name + ", " + origin + ", " + place + ", " + revision() + "]";
    }
}
