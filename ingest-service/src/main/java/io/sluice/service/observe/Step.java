package io.sluice.service.observe;

/** What a pipeline's thread can be in that takes time or that somebody else has to answer. A closed set: a metric's label. */
public enum Step {
    /** Between two calls; the pipeline's own work. */
    OWN(On.NOBODY, "its own work"),
    /** A request to the source's catalog or for single rows, or the creation of its slot. */
    SOURCE_REQUEST(On.SOURCE, "a request to the source"),
    /** The change stream begins or ends. */
    STREAM_START(On.SOURCE, "connecting the change stream"),
    /** The next changes are asked for, which is answered at once or after a fraction of a second. */
    STREAM_POLL(On.NOBODY, "asking for the next changes"),
    /** Rows of a table's part come from the source. */
    CHUNK_READ(On.SOURCE, "reading a part of a table"),
    /** Rows that were read are transformed and written. */
    ROWS_TAKE(On.STORAGE, "transforming and writing rows"),
    /** Rows that were read become data files. */
    FILES_WRITE(On.STORAGE, "writing data files"),
    /** What was read becomes durable in the table's load. */
    LOAD_COMMIT(On.CATALOG, "committing a part of a load"),
    /** Any other request to the lake: taking over, looking, stopping a table. */
    LAKE_REQUEST(On.CATALOG, "a request to the lake"),
    /** Changes go into the open cut; may build the key index and write files. */
    CHANGES_WRITE(On.STORAGE, "writing changes"),
    /** The open cut's files become durable. */
    CUT_PREPARE(On.STORAGE, "writing the cut's files"),
    /** The cut becomes visible. */
    CUT_COMMIT(On.CATALOG, "committing the cut"),
    /** The cut gets its tag. */
    CUT_TAG(On.CATALOG, "tagging the cut"),
    /** The source is told that the cut is durable. */
    CUT_ACKNOWLEDGE(On.NOBODY, "telling the source");

    /** Who has to do something for the step to end. */
    public enum On {
        /** The process itself. */
        NOBODY,
        /** The source database: without limit, for it may have to wait for others' transactions. */
        SOURCE,
        /** The lake's files, with the process's own work of encoding them. */
        STORAGE,
        /** The lake's catalog, with the files of metadata. */
        CATALOG
    }

    private final On on;
    private final String words;

    Step(On on, String words) {
        this.on = on;
        this.words = words;
    }

    /** Who has to do something for it to end. */
    public On on() {
        return on;
    }

    /** For people: what the thread is in. */
    public String words() {
        return words;
    }
}
