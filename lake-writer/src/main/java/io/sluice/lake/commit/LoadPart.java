package io.sluice.lake.commit;

import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.TableLoad;
import java.io.Serializable;
import java.util.List;

/**
 * What a change has to do with the table's load.
 *
 * @param role what becomes of the load
 * @param commitId names the step's commit; empty when it is not a step
 * @param definition names what the step's rows were made by
 * @param ranges what the step adds
 * @param rows rows that it adds
 * @param files data files that it adds
 * @param extent whether the load is complete with it
 * @param drain changes that it adds
 */
public record LoadPart(
        Role role,
        String commitId,
        String definition,
        List<LoadedRange> ranges,
        long rows,
        long files,
        TableLoad.Extent extent,
        Drain drain)
        implements Serializable {

    /** What becomes of the load. */
    public enum Role {
        /** The change has nothing to do with it. */
        NONE,
        /** The load is asked for; whatever was loaded before is dropped. */
        ASK,
        /** A first step: whatever was loaded before is dropped. */
        BEGIN,
        /** A further step. */
        CONTINUE,
        /** Changes wait in it, or shall from now on; it goes on as it is. */
        DRAIN,
        /** The load becomes the table. */
        PUBLISH,
        /** The load is given up. */
        DROP
    }

    /** The change leaves the load alone. */
    public static final LoadPart NONE = of(Role.NONE);

    /** The change publishes the load. */
    public static final LoadPart PUBLISH = of(Role.PUBLISH);

    /** The change gives the load up, if there is one. */
    public static final LoadPart DROP = of(Role.DROP);

    public LoadPart {
        ranges = List.copyOf(ranges);
    }

    private static LoadPart of(Role role) {
        return new LoadPart(role, "", "", List.of(), 0, 0, TableLoad.Extent.PARTIAL);
    }

    /** A part without changes. */
    public LoadPart(
            Role role,
            String commitId,
            String definition,
            List<LoadedRange> ranges,
            long rows,
            long files,
            TableLoad.Extent extent) {
        this(role, commitId, definition, ranges, rows, files, extent, Drain.NONE);
    }

    /** Adds changes to the load and nothing else. */
    public static LoadPart drain(String commitId, Drain drain) {
        return new LoadPart(Role.DRAIN, commitId, "", List.of(), 0, 0, TableLoad.Extent.PARTIAL, drain);
    }

    /** Whether it adds to the load. */
    public boolean isStep() {
        return role == Role.ASK || role == Role.BEGIN || role == Role.CONTINUE;
    }
}
