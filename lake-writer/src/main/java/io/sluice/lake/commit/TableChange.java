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
 * @param load what becomes of the table's load
 * @param shapes what the table is shaped to when it becomes its load: one shape, or none for a table that keeps its own
 */
public record TableChange(
        TableId table,
        Kind kind,
        TableMarks expected,
        TableMarks next,
        List<DataFile> added,
        List<DeleteFile> deletes,
        List<DeleteFile> replacedDeletes,
        List<DataFile> removed,
        LoadPart load,
        List<LoadShape> shapes)
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
        OWN,
        /** Rows are added to the load; readers of the table see nothing of it. */
        LOAD,
        /** The table is left behind although it is not as this owner left it. */
        LEAVE
    }

    public TableChange {
        added = List.copyOf(added);
        deletes = List.copyOf(deletes);
        replacedDeletes = List.copyOf(replacedDeletes);
        removed = List.copyOf(removed);
        shapes = List.copyOf(shapes);
    }

    /** A change that leaves the table's load alone. */
    public TableChange(
            TableId table,
            Kind kind,
            TableMarks expected,
            TableMarks next,
            List<DataFile> added,
            List<DeleteFile> deletes,
            List<DeleteFile> replacedDeletes,
            List<DataFile> removed) {
        this(table, kind, expected, next, added, deletes, replacedDeletes, removed, LoadPart.NONE, List.of());
    }

    /** A change of marks alone: {@link Kind#MARK} or {@link Kind#OWN}. */
    static TableChange marks(TableId table, Kind kind, TableMarks expected, TableMarks next) {
        return withoutFiles(table, kind, expected, next, LoadPart.NONE, List.of());
    }

    /** Leaves a table behind where it is, without its load. */
    public static TableChange stop(TableId table, TableMarks expected, TableMarks next) {
        return withoutFiles(table, Kind.MARK, expected, next, LoadPart.DROP, List.of());
    }

    /** A step of the table's load; of the marks only those of the load are compared, and changed with the notes. */
    public static TableChange load(
            TableId table,
            TableMarks expected,
            TableMarks next,
            List<DataFile> files,
            LoadPart part,
            List<LoadShape> shapes) {
        return new TableChange(table, Kind.LOAD, expected, next, files, List.of(), List.of(), List.of(), part, shapes);
    }

    /** A table becomes what its load is. */
    public static TableChange publishLoad(TableId table, TableMarks expected, TableMarks next, List<LoadShape> shapes) {
        return withoutFiles(table, Kind.PUBLISH, expected, next, LoadPart.PUBLISH, shapes);
    }

    /** Adds changes to the table's load and changes nothing that readers see. */
    public static TableChange drain(TableId table, TableMarks expected, LoadPart part) {
        return new TableChange(
                table, Kind.LOAD, expected, expected, List.of(), List.of(), List.of(), List.of(), part, List.of());
    }

    /** What the commit is known by in the table. */
    public String commitName() {
        return kind == Kind.LOAD ? load.commitId() : next.commitId();
    }

    /** Whether a table with these marks has the change, which was the last of its kind. */
    public boolean isIn(TableMarks marks) {
        if (kind != Kind.LOAD) {
            return marks.commitId().equals(next.commitId());
        }
        LoadMarks found = marks.load();
        return load.role() == LoadPart.Role.DRAIN
                ? found.drained().commitId().equals(load.commitId())
                : found.commitId().equals(load.commitId());
    }

    /** Leaves a table behind that someone else changed, without its load. */
    public static TableChange leave(TableId table, TableMarks expected, TableMarks next) {
        return withoutFiles(table, Kind.LEAVE, expected, next, LoadPart.DROP, List.of());
    }

    private static TableChange withoutFiles(
            TableId table, Kind kind, TableMarks expected, TableMarks next, LoadPart load, List<LoadShape> shapes) {
        return new TableChange(table, kind, expected, next, List.of(), List.of(), List.of(), List.of(), load, shapes);
    }

    /** The first publication of a table, or one that replaces all its rows. */
    public static TableChange publish(TableId table, TableMarks expected, TableMarks next, List<DataFile> files) {
        return new TableChange(table, Kind.PUBLISH, expected, next, files, List.of(), List.of(), List.of());
    }
}
