package io.sluice.config;

import java.util.Optional;

/**
 * One key of the vocabulary: name, type, default and meaning, from which both the reader and the JSON Schema work.
 *
 * @param <T> what its value is read as
 */
final class Key<T> {

    private final String name;
    private final ValueType<T> type;
    private final String doc;
    private final boolean required;
    private final Optional<String> defaultText;
    private final Optional<T> fallback;
    private final Optional<String> example;

    private Key(
            String name,
            ValueType<T> type,
            String doc,
            boolean required,
            Optional<String> defaultText,
            Optional<String> example) {
        this.name = name;
        this.type = type;
        this.doc = doc;
        this.required = required;
        this.defaultText = defaultText;
        this.fallback = defaultText.map(type::parse);
        this.example = example;
    }

    /** A key that must be there. */
    static <T> Key<T> required(String name, ValueType<T> type, String doc) {
        return new Key<>(name, type, doc, true, Optional.empty(), Optional.empty());
    }

    /** A key that may be absent, which then means something of its own or a default that depends on other keys. */
    static <T> Key<T> optional(String name, ValueType<T> type, String doc) {
        return new Key<>(name, type, doc, false, Optional.empty(), Optional.empty());
    }

    /** A key that has the same default in every file. */
    static <T> Key<T> withDefault(String name, ValueType<T> type, String defaultText, String doc) {
        return new Key<>(name, type, doc, false, Optional.of(defaultText), Optional.empty());
    }

    /** The same key with an example that is not its default. */
    Key<T> example(String text) {
        type.parse(text);
        return new Key<>(name, type, doc, required, defaultText, Optional.of(text));
    }

    String name() {
        return name;
    }

    ValueType<T> type() {
        return type;
    }

    String doc() {
        return doc;
    }

    boolean isRequired() {
        return required;
    }

    Optional<String> defaultText() {
        return defaultText;
    }

    Optional<String> exampleText() {
        return example;
    }

    /** The default as it is read; empty when there is none that is the same in every file. */
    Optional<T> fallback() {
        return fallback;
    }

    /** @throws IllegalStateException when the key has no default */
    T defaultValue() {
        return fallback.orElseThrow(() -> new IllegalStateException("Key " + name + " has no default"));
    }

    @Override
    public String toString() {
        return name;
    }
}
