package io.sluice.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reads the YAML of one pipeline, replaces its references, and refuses what does not fit with every reason at once.
 * Immutable; safe for use by several threads.
 */
public final class PipelineConfigReader {

    /** The largest file that is read, in bytes. */
    public static final long MAX_FILE_BYTES = 4L * YamlTree.MAX_LENGTH;

    private final References references;

    /**
     * @param environment where {@code ${NAME}} is looked up
     * @param files where {@code ${file:/path}} is read; a service that takes YAML from others should allow few
     */
    public PipelineConfigReader(Environment environment, TextFiles files) {
        this.references = new References(environment, files);
    }

    /** A reader with this process's environment variables and file system. */
    public static PipelineConfigReader ofProcess() {
        return new PipelineConfigReader(Environment.ofProcess(), TextFiles.ofFileSystem());
    }

    /**
     * Reads a file; problems name it as it is given here.
     *
     * @throws ConfigException with everything that is wrong with it, or that it cannot be read
     */
    public PipelineConfig read(Path file) {
        return read(file.toString(), text(file));
    }

    /**
     * A file's text as it is, with its references.
     *
     * @throws ConfigException when it cannot be read
     */
    public String text(Path file) {
        Problems problems = new Problems(file.toString());
        try {
            if (Files.size(file) <= MAX_FILE_BYTES) {
                return Files.readString(file, StandardCharsets.UTF_8);
            }
            problems.add(Place.START, "the file has more than " + MAX_FILE_BYTES + " bytes");
        } catch (IOException e) {
            problems.add(Place.START, "the file cannot be read: " + References.reason(e));
        }
        throw problems.exception();
    }

    /**
     * Reads a text.
     *
     * @param fileName what problems call it
     * @throws ConfigException with everything that is wrong with it
     */
    public PipelineConfig read(String fileName, String yaml) {
        Problems problems = new Problems(fileName);
        Optional<Node> root = YamlTree.parse(yaml, problems);
        Optional<Values> document = root.flatMap(
                node -> Vocabulary.DOCUMENT.read(node, Place.START.at(node), new Reading(problems, references)));
        document.ifPresent(values -> new Contradictions(values, problems).check());
        problems.throwIfAny();
        return Assembler.pipeline(document.orElseThrow(problems::exception));
    }
}
