package io.sluice.config;

import java.util.Objects;

/** A text that must never be seen in a log, an error message or an API: only {@link #reveal()} gives it away. */
public final class Secret {

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** Wraps a text. */
    public static Secret of(String value) {
        return new Secret(Objects.requireNonNull(value, "value"));
    }

    /** The text itself, for the one call that needs it. */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return Secret.class.hashCode();
    }

    /** Always the same six stars, whatever the value and its length. */
    @Override
    public String toString() {
        return "******";
    }
}
