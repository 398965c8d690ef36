package io.sluice.lake.commit;

import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.util.List;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;

/**
 * Everything that one commit does to one table. Its files are durable; committing it any number of times has the effect
 * of once.
 *
 * @param table the table in the lake
 * @param kind which shape the commit has
 * @param expected the marks as this owner left them; the commit is refused when the table shows others
 * @param next the marks after the commit, but for the snapshot id, which the commit itself decides
 * @param added new data files
 * @param deletes new deletion vectors, one per data file
 * @param replacedDeletes deletion vectors that {@code deletes} contain and take the place of
 * @param removed data files that go, with their deletion vectors
 */
public record TableChange(
        TableId table,
        Kind kind,
        TableMarks expected,
        TableMarks next,
        List<DataFile> added,
        List<DeleteFile> deletes,
        List<DeleteFile> replacedDeletes,
        List<DataFile> removed)
        implements Serializable {

    /** The shape of a commit. */
    public enum Kind {
        /** All rows are the added files', whatever was there before. */
        PUBLISH,
        /** Rows are added and deleted. */
        CUT,
        /** Only marks change. */
        MARK,
        /** A new owner's marks. */
        OWN
    }

    public TableChange {
        added = List.copyOf(added);
        deletes = List.copyOf(deletes);
        replacedDeletes = List.copyOf(replacedDeletes);
        removed = List.copyOf(removed);
    }

    /** A change of marks alone: {@link Kind#MARK} or {@link Kind#OWN}. */
    static TableChange marks(TableId table, Kind kind, TableMarks expected, TableMarks next) {
        return new TableChange(table, kind, expected, next, List.of(), List.of(), List.of(), List.of());
    }

    /** Leaves a table behind where it is. */
    public static TableChange stop(TableId table, TableMarks expected, TableMarks next) {
        return marks(table, Kind.MARK, expected, next);
    }

    /** The first publication of a table, or one that replaces all its rows. */
    public static TableChange publish(TableId table, TableMarks expected, TableMarks next, List<DataFile> files) {
        return new TableChange(table, Kind.PUBLISH, expected, next, files, List.of(), List.of(), List.of());
    }
}
