package io.sluice.snapshot.postgres;

import io.sluice.pipeline.schema.TableId;

/** Names and texts as SQL spells them. Literals need {@code standard_conforming_strings}, the default since 9.1. */
final class Quoting {

    private Quoting() {}

    static String identifier(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String table(TableId table) {
        return identifier(table.namespace()) + '.' + identifier(table.name());
    }

    static String literal(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
