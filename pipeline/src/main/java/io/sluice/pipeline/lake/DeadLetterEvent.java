package io.sluice.pipeline.lake;

import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened to a row that has, or had, no place in the lake.
 *
 * @param kind what
 * @param letter the row; with {@link Kind#RESOLVED} its position is the end of the cut that no longer leaves it out, and
 *     its reason the one that it was set aside for
 */
public record DeadLetterEvent(Kind kind, DeadLetter letter) implements Serializable {

    /** Whether the row is set aside with the event, or no longer. */
    public enum Kind {
        /** The lake goes on without the row. */
        SET_ASIDE,
        /** The row is in the lake again, or gone from the source. */
        RESOLVED
    }

    /** A row's place among all tables. */
    private record Row(TableId source, String key) {}

    /** The rows whose last event is {@link Kind#SET_ASIDE}, latest first. */
    public static List<DeadLetter> open(List<DeadLetterEvent> inOrder) {
        Map<Row, DeadLetter> open = new LinkedHashMap<>();
        for (DeadLetterEvent event : inOrder) {
            Row row = new Row(event.letter.source(), event.letter.key());
            open.remove(row);
            if (event.kind == Kind.SET_ASIDE) {
                open.put(row, event.letter);
            }
        }
        List<DeadLetter> latestFirst = new ArrayList<>(open.values());
        Collections.reverse(latestFirst);
        return latestFirst;
    }
}
