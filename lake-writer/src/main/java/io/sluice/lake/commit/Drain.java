package io.sluice.lake.commit;

import java.io.Serializable;
import java.util.List;

/**
 * Changes that a commit adds to those that wait in a table's load.
 *
 * @param from the position that they begin after, as text; empty when the load takes changes already
 * @param to the position that they are complete up to, as text
 * @param files what they are in: one file, or none when there are no changes
 */
public record Drain(String from, String to, List<SpoolFile> files) implements Serializable {

    /** Nothing is added. */
    public static final Drain NONE = new Drain("", "", List.of());

    public Drain {
        files = List.copyOf(files);
    }

    /** The load takes changes from here on. */
    public static Drain begin(String from) {
        return new Drain(from, from, List.of());
    }
}
