package io.sluice.config;

import java.util.ArrayList;
import java.util.List;

/** Splits text at a separator that is outside brackets, parentheses, braces and quotes, and not escaped. */
final class TopLevel {

    private TopLevel() {}

    /** The parts without the white space around them; at least one, possibly empty. */
    static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        int from = 0;
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted) {
                depth += change(c);
                if (c == separator && depth <= 0) {
                    parts.add(text.substring(from, i).strip());
                    from = i + 1;
                }
            }
        }
        parts.add(text.substring(from).strip());
        return parts;
    }

    /** What a character does to the nesting. */
    static int change(char c) {
        return switch (c) {
            case '(', '[', '{' -> 1;
            case ')', ']', '}' -> -1;
            default -> 0;
        };
    }
}
