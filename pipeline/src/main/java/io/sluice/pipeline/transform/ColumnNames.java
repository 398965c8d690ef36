package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.TableSchema;
import java.util.Locale;
import java.util.OptionalInt;
import org.apache.calcite.sql.parser.SqlParserPos;

/** Finds columns by name: quoted names exactly, others without regard to case as long as that names one column. */
final class ColumnNames {

    private ColumnNames() {}

    static int find(TableSchema schema, String name, boolean quoted, SqlParserPos position) {
        OptionalInt exact = schema.indexOf(name);
        if (exact.isPresent()) {
            return exact.getAsInt();
        }
        int found = -1;
        for (int i = 0; i < schema.width() && !quoted; i++) {
            if (schema.column(i).name().equalsIgnoreCase(name)) {
                if (found >= 0) {
                    throw new BindingException(
                            position,
                            "column '" + name + "' could be \""
                                    + schema.column(found).name() + "\" or \""
                                    + schema.column(i).name() + "\"; write the one that is meant in double quotes");
                }
                found = i;
            }
        }
        if (found < 0) {
            throw new BindingException(
                    position,
                    "unknown column '" + name + "'; the nearest of " + schema.table() + " is '" + nearest(schema, name)
                            + "'");
        }
        return found;
    }

    /** The column whose name needs the fewest edits to become this one. */
    private static String nearest(TableSchema schema, String name) {
        String best = "";
        int bestDistance = Integer.MAX_VALUE;
        for (Column column : schema.columns()) {
            int distance = distance(name.toLowerCase(Locale.ROOT), column.name().toLowerCase(Locale.ROOT));
            if (distance < bestDistance) {
                bestDistance = distance;
                best = column.name();
            }
        }
        return best;
    }

    /** Levenshtein's distance. */
    static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        int[] current = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, Math.min(previous[j], current[j - 1]) + 1);
            }
            int[] swap = previous;
            previous = current;
            current = swap;
        }
        return previous[b.length()];
    }
}
