package io.sluice.lake.commit;

import io.sluice.pipeline.lake.LoadedRange;
import io.sluice.pipeline.lake.TableLoad;
import io.sluice.pipeline.source.ChunkRange;
import java.io.Serializable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.TableMetadata;

/**
 * What a table says about its unfinished load, in its property {@code sluice.load}; the rows are on the branch
 * {@code sluice-load}. One property, replaced by each step, stays short where a list in every snapshot's summary would
 * grow with the square of the steps, and outlives the expiry of snapshots.
 *
 * @param id names the load; empty when there is none
 * @param definition names what the rows were made by: the source's columns and the table's rule
 * @param commitId names the commit of the last step
 * @param head the snapshot that the last step left as the branch's head; {@link TableMarks#NO_SNAPSHOT} before a step
 * @param rows rows on the branch
 * @param files data files on the branch
 * @param extent whether anything is left to read
 * @param ranges what was read at which position; neighbours are joined
 * @param drained the changes that wait in it
 */
public record LoadMarks(
        String id,
        String definition,
        String commitId,
        long head,
        long rows,
        long files,
        TableLoad.Extent extent,
        List<LoadedRange> ranges,
        DrainMarks drained)
        implements Serializable {

    /** The property. */
    public static final String LOAD = "sluice.load";

    /** The branch that the rows are on. */
    public static final String BRANCH = "sluice-load";

    /** No load is under way. */
    public static final LoadMarks NONE =
            new LoadMarks("", "", "", TableMarks.NO_SNAPSHOT, 0, 0, TableLoad.Extent.PARTIAL, List.of());

    private static final String VERSION = "1";

    /** With a field for the changes that wait behind the extent. */
    private static final String VERSION_WITH_CHANGES = "2";

    private static final String OPEN = "*";

    public LoadMarks {
        ranges = joined(ranges);
    }

    /** Marks of a load without changes. */
    public LoadMarks(
            String id,
            String definition,
            String commitId,
            long head,
            long rows,
            long files,
            TableLoad.Extent extent,
            List<LoadedRange> ranges) {
        this(id, definition, commitId, head, rows, files, extent, ranges, DrainMarks.NONE);
    }

    /** A load without a step. */
    public static LoadMarks begin(String id, String definition) {
        return new LoadMarks(id, definition, "", TableMarks.NO_SNAPSHOT, 0, 0, TableLoad.Extent.PARTIAL, List.of());
    }

    /** Whether there is a load. */
    public boolean exists() {
        return !id.isEmpty();
    }

    /** After another step, but for the head, which the commit decides. */
    LoadMarks plus(LoadPart part) {
        List<LoadedRange> all = new ArrayList<>(ranges);
        all.addAll(part.ranges());
        LoadMarks after = new LoadMarks(
                id,
                definition,
                part.commitId(),
                head,
                rows + part.rows(),
                files + part.files(),
                part.extent(),
                all,
                drained);
        return part.drain().equals(Drain.NONE) ? after : after.drained(part);
    }

    /** After a commit that added changes, but for the head. */
    LoadMarks drained(LoadPart part) {
        return new LoadMarks(id, definition, commitId, head, rows, files, extent, ranges, drained.plus(part));
    }

    LoadMarks withHead(long newHead) {
        return new LoadMarks(id, definition, commitId, newHead, rows, files, extent, ranges, drained);
    }

    /** Whether there is a load, and the table still has its branch and all files of the changes that wait. */
    public boolean isWholeIn(TableMetadata metadata) {
        return exists()
                && CommitGuard.headOfLoad(metadata) == head
                && head != TableMarks.NO_SNAPSHOT
                && Spools.files(metadata).size() == drained.files();
    }

    /** For the pipeline. */
    public TableLoad load() {
        return new TableLoad(
                ranges, rows, files, extent, drained.exists() ? Optional.of(drained.changes()) : Optional.empty());
    }

    /**
     * Whether ranges were read at more than one position, or later than the changes begin, so that a row that changed may
     * be missing or there twice.
     */
    public boolean isMixed() {
        return Stream.concat(
                                ranges.stream().map(LoadedRange::position),
                                Stream.of(drained.from()).filter(from -> !from.isEmpty()))
                        .distinct()
                        .count()
                > 1;
    }

    /** As the property's value. */
    public String text() {
        StringBuilder text = new StringBuilder(drained.exists() ? VERSION_WITH_CHANGES : VERSION);
        for (Object field : new Object[] {id, definition, commitId, head, rows, files, extent}) {
            text.append(';').append(field);
        }
        if (drained.exists()) {
            text.append(';').append(drained.text());
        }
        String position = "";
        String part = "";
        for (LoadedRange loaded : ranges) {
            ChunkRange range = loaded.range();
            boolean samePosition = loaded.position().equals(position);
            if (!samePosition) {
                position = loaded.position();
                text.append(';').append(encoded(position)).append('=');
            }
            if (samePosition && range.part().equals(part)) {
                text.append(',');
            } else {
                part = range.part();
                text.append(samePosition ? "|" : "").append(encoded(part)).append(':');
            }
            text.append(range.from()).append('-').append(range.end() == ChunkRange.OPEN ? OPEN : range.end());
        }
        return text.toString();
    }

    /**
     * Reads the property's value.
     *
     * @throws IllegalArgumentException when it makes no sense
     */
    public static LoadMarks parse(String text) {
        try {
            String[] fields = text.split(";", -1);
            boolean changes = fields[0].equals(VERSION_WITH_CHANGES);
            if (!changes && !fields[0].equals(VERSION)) {
                throw new IllegalArgumentException("version " + fields[0] + " is not known");
            }
            List<LoadedRange> ranges = new ArrayList<>();
            for (int i = changes ? 9 : 8; i < fields.length; i++) {
                parseRanges(fields[i], ranges);
            }
            return new LoadMarks(
                    fields[1],
                    fields[2],
                    fields[3],
                    Long.parseLong(fields[4]),
                    Long.parseLong(fields[5]),
                    Long.parseLong(fields[6]),
                    TableLoad.Extent.valueOf(fields[7]),
                    ranges,
                    changes ? DrainMarks.parse(fields[8]) : DrainMarks.NONE);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("Table property " + LOAD + " is '" + text + "': " + e.getMessage(), e);
        }
    }

    private static void parseRanges(String field, List<LoadedRange> ranges) {
        int equals = field.indexOf('=');
        String position = decoded(field.substring(0, equals));
        for (String group : field.substring(equals + 1).split("\\|")) {
            int colon = group.indexOf(':');
            String part = decoded(group.substring(0, colon));
            for (String range : group.substring(colon + 1).split(",")) {
                int dash = range.indexOf('-');
                String end = range.substring(dash + 1);
                ranges.add(new LoadedRange(
                        new ChunkRange(
                                part,
                                Long.parseLong(range.substring(0, dash)),
                                end.equals(OPEN) ? ChunkRange.OPEN : Long.parseLong(end)),
                        position));
            }
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** In order of position and part, with ranges that touch made one. */
    private static List<LoadedRange> joined(List<LoadedRange> ranges) {
        Map<String, Map<String, List<ChunkRange>>> grouped = new TreeMap<>();
        for (LoadedRange loaded : ranges) {
            grouped.computeIfAbsent(loaded.position(), position -> new TreeMap<>())
                    .computeIfAbsent(loaded.range().part(), part -> new ArrayList<>())
                    .add(loaded.range());
        }
        List<LoadedRange> result = new ArrayList<>();
        grouped.forEach((position, parts) -> parts.forEach((part, pieces) -> {
            pieces.sort(Comparator.comparingLong(ChunkRange::from));
            ChunkRange last = pieces.get(0);
            for (ChunkRange piece : pieces.subList(1, pieces.size())) {
                if (piece.from() <= last.end()) {
                    last = new ChunkRange(part, last.from(), Math.max(last.end(), piece.end()));
                } else {
                    result.add(new LoadedRange(last, position));
                    last = piece;
                }
            }
            result.add(new LoadedRange(last, position));
        }));
        return List.copyOf(result);
    }
}
