package io.sluice.config;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What was read of one section. Confined to the thread that reads. */
final class Values {

    private final Place place;
    private final Map<Key<?>, Place> places = new HashMap<>();
    private final Map<Key<?>, Object> values = new HashMap<>();

    Values(Place place) {
        this.place = place;
    }

    /** Notes that a key is there, whether its value turns out to be right or not. */
    void present(Key<?> key, Place at) {
        places.put(key, at);
    }

    void put(Key<?> key, Object value) {
        values.put(key, value);
    }

    boolean isPresent(Key<?> key) {
        return places.containsKey(key);
    }

    /** The value, or the key's default; empty when it is absent without a default, or was refused. */
    <T> Optional<T> find(Key<T> key) {
        if (!isPresent(key)) {
            return key.fallback();
        }
        @SuppressWarnings("unchecked") // put() is called with what the key's own type read
        @Nullable
        T value = (T) values.get(key);
        return Optional.ofNullable(value);
    }

    /** @throws IllegalStateException when there is no value; callers look only after all problems were reported */
    <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new IllegalStateException("No value for key " + key));
    }

    /** Where the key stands, or its section when it is absent. */
    Place at(Key<?> key) {
        return places.getOrDefault(key, place);
    }

    Place place() {
        return place;
    }
}
