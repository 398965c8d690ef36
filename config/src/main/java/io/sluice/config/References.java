package io.sluice.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Replaces {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${file:/path}}; {@code $${} stands for itself. What was
 * put in is not searched again, except that a default may hold references. Nothing here ever puts a value in a message.
 */
final class References {

    /** Matches text that holds a reference; for the JSON Schema. */
    static final String PATTERN = "\\$\\{[^}]+\\}";

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String FORMS =
            "write ${NAME}, ${NAME:-default} or ${file:/path}, or $${ where the characters ${ themselves are meant";

    private final Environment environment;
    private final TextFiles files;

    References(Environment environment, TextFiles files) {
        this.environment = environment;
        this.files = files;
    }

    /**
     * A text with its references replaced.
     *
     * @param text the result; meaningless when there are problems
     * @param replaced whether there was any reference, so that the text must not be shown
     * @param problems what could not be replaced
     */
    record Expansion(String text, boolean replaced, List<String> problems) {}

    Expansion expand(String raw) {
        if (!raw.contains("${")) {
            return new Expansion(raw, false, List.of());
        }
        StringBuilder text = new StringBuilder();
        List<String> problems = new ArrayList<>();
        boolean replaced = false;
        int i = 0;
        while (i < raw.length()) {
            if (raw.startsWith("$${", i)) {
                text.append("${");
                i += 3;
            } else if (raw.startsWith("${", i)) {
                int end = closing(raw, i + 2);
                if (end < 0) {
                    problems.add("a reference that begins with ${ is not closed with }; " + FORMS);
                    break;
                }
                text.append(resolve(raw.substring(i + 2, end), problems));
                replaced = true;
                i = end + 1;
            } else {
                text.append(raw.charAt(i++));
            }
        }
        return new Expansion(text.toString(), replaced, problems);
    }

    private static int closing(String raw, int from) {
        int depth = 1;
        for (int i = from; i < raw.length(); i++) {
            if (raw.startsWith("${", i)) {
                depth++;
                i++;
            } else if (raw.charAt(i) == '}' && --depth == 0) {
                return i;
            }
        }
        return -1;
    }

    private String resolve(String reference, List<String> problems) {
        if (reference.startsWith("file:")) {
            return readFile(reference.substring("file:".length()), problems);
        }
        int colon = reference.indexOf(":-");
        String name = colon < 0 ? reference : reference.substring(0, colon);
        if (!NAME.matcher(name).matches()) {
            problems.add("a reference ${…} names no environment variable; " + FORMS);
            return "";
        }
        Optional<String> value = environment.find(name);
        if (colon < 0) {
            if (value.isEmpty()) {
                problems.add("environment variable " + name + " is not set; set it, or write ${" + name + ":-default}");
            }
            return value.orElse("");
        }
        if (value.isPresent() && !value.get().isEmpty()) {
            return value.get();
        }
        Expansion fallback = expand(reference.substring(colon + 2));
        problems.addAll(fallback.problems());
        return fallback.text();
    }

    private String readFile(String name, List<String> problems) {
        if (name.isBlank()) {
            problems.add("a reference ${file:} names no file; " + FORMS);
            return "";
        }
        try {
            return files.read(Path.of(name)).replaceFirst("\\r?\\n\\z", "");
        } catch (InvalidPathException e) {
            problems.add("'" + name + "' cannot be the name of a file: " + e.getReason());
        } catch (IOException | UncheckedIOException e) {
            problems.add("file " + name + " cannot be read: " + reason(e));
        }
        return "";
    }

    /** Why a file could not be read: many exceptions of the file system have only its name as their message. */
    static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "it does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "access is denied";
        }
        if (e instanceof CharacterCodingException) {
            return "it is not UTF-8 text";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
