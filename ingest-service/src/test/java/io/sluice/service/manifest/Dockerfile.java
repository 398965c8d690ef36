package io.sluice.service.manifest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/** The instructions of a file in {@code k8s/}. */
final class Dockerfile {

    /**
     * An instruction.
     *
     * @param name such as COPY
     * @param arguments what follows it
     */
    record Instruction(String name, String arguments) {}

    private final List<Instruction> instructions;

    private Dockerfile(List<Instruction> instructions) {
        this.instructions = instructions;
    }

    static Dockerfile read(String name) {
        String text;
        try {
            text = Files.readString(Manifests.DIRECTORY.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Instruction> instructions = new ArrayList<>();
        for (String line : text.replace("\\\n", " ").lines().toList()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                String[] parts = line.split(" +", 2);
                instructions.add(new Instruction(parts[0], parts[1].strip()));
            }
        }
        return new Dockerfile(instructions);
    }

    List<Instruction> instructions() {
        return instructions;
    }

    List<String> all(String name) {
        return instructions.stream()
                .filter(one -> one.name().equals(name))
                .map(Instruction::arguments)
                .toList();
    }

    /** The arguments of the last instruction of a name, which is the one that counts. */
    String last(String name) {
        List<String> found = all(name);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("There is no " + name);
        }
        return found.get(found.size() - 1);
    }
}
