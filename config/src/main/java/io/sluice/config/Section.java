package io.sluice.config;

import java.util.List;
import java.util.Optional;

/**
 * The keys that may stand together in one mapping.
 *
 * @param keys in the order of the documentation
 */
record Section(List<Key<?>> keys) {

    Section {
        keys = List.copyOf(keys);
    }

    static Section of(Key<?>... keys) {
        return new Section(List.of(keys));
    }

    Optional<Key<?>> find(String name) {
        for (Key<?> key : keys) {
            if (key.name().equals(name)) {
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    List<String> names() {
        return keys.stream().map(Key::name).toList();
    }
}
