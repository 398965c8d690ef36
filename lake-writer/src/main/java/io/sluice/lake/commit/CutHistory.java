package io.sluice.lake.commit;

import io.sluice.pipeline.lake.LakeCut;
import io.sluice.pipeline.lake.TablePhase;
import io.sluice.pipeline.schema.TableId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.TableMetadata;

/** The cuts that a pipeline's tables tell of, in their snapshots and tags. */
public final class CutHistory {

    /** In the summary of a snapshot that replaced whatever the table had before. */
    static final String PUBLICATION = "sluice.publication";

    private final Map<TableId, Table> tables = new TreeMap<>();
    private final NavigableSet<Long> numbers = new TreeSet<>(Comparator.reverseOrder());

    /** Reads nothing but the metadata; tables without marks are left out. */
    public CutHistory(Map<TableId, TableMetadata> metadata) {
        metadata.forEach((id, one) -> TableMarks.read(one.properties()).ifPresent(marks -> {
            Table table = new Table(marks, one);
            tables.put(id, table);
            numbers.addAll(table.tags.keySet());
            table.lineage.forEach(own -> numbers.add(own.cut));
        }));
    }

    /** The latest cuts, highest number first. */
    public List<LakeCut> latest(int limit) {
        return numbers.stream().limit(limit).map(this::cut).toList();
    }

    /** The cut with the highest number of which any table has the tag. */
    public Optional<LakeCut> latestTag() {
        OptionalLong highest = tables.values().stream()
                .flatMapToLong(table -> table.tags.keySet().stream().mapToLong(Long::longValue))
                .max();
        return highest.isPresent() ? Optional.of(cut(highest.getAsLong())) : Optional.empty();
    }

    private LakeCut cut(long number) {
        Map<TableId, Long> snapshots = new HashMap<>();
        String position = "";
        long publishedAt = 0;
        boolean anyTag = false;
        boolean allTags = true;
        for (Map.Entry<TableId, Table> entry : tables.entrySet()) {
            Table table = entry.getValue();
            Optional<Own> state = table.at(number);
            Optional<Own> tag = Optional.ofNullable(table.tags.get(number));
            anyTag |= tag.isPresent();
            allTags &= tag.isPresent() || state.isEmpty();
            tag.or(() -> state).ifPresent(own -> snapshots.put(entry.getKey(), own.snapshotId));
            Optional<Own> change = table.changeIn(number);
            if (change.isPresent()) {
                position = change.get().position;
                publishedAt = Math.max(publishedAt, change.get().timestampMillis);
            }
        }
        return new LakeCut(number, position, Instant.ofEpochMilli(publishedAt), anyTag && allTags, snapshots);
    }

    /** One snapshot of the pipeline's own. */
    private record Own(long snapshotId, long cut, String position, long timestampMillis, boolean publication) {

        static Optional<Own> of(TableMarks marks, Snapshot snapshot) {
            Map<String, String> summary = snapshot.summary();
            if (!marks.pipeline().equals(summary.get(TableMarks.PIPELINE)) || !summary.containsKey(TableMarks.CUT)) {
                return Optional.empty();
            }
            long cut = Long.parseLong(summary.get(TableMarks.CUT));
            return cut == 0
                    ? Optional.empty()
                    : Optional.of(new Own(
                            snapshot.snapshotId(),
                            cut,
                            summary.getOrDefault(TableMarks.POSITION, ""),
                            snapshot.timestampMillis(),
                            summary.containsKey(PUBLICATION)));
        }
    }

    private static final class Table {

        private final TableMarks marks;
        /** From the current snapshot backwards. */
        private final List<Own> lineage = new ArrayList<>();

        private final Map<Long, Own> tags = new TreeMap<>();

        Table(TableMarks marks, TableMetadata metadata) {
            this.marks = marks;
            Snapshot at = metadata.currentSnapshot();
            while (at != null) {
                Own.of(marks, at).ifPresent(lineage::add);
                Long parent = at.parentId();
                at = parent == null ? null : metadata.snapshot(parent);
            }
            metadata.refs().forEach((name, reference) -> {
                OptionalLong number = reference.isTag() ? CutTags.number(name) : OptionalLong.empty();
                Snapshot tagged = metadata.snapshot(reference.snapshotId());
                if (number.isPresent() && tagged != null) {
                    long cut = number.getAsLong();
                    tags.put(
                            cut,
                            Own.of(marks, tagged)
                                    .orElseGet(() ->
                                            new Own(tagged.snapshotId(), 0, "", tagged.timestampMillis(), false)));
                }
            });
        }

        /**
         * The table's state at a cut that it was a part of. A table that was left behind before, or that was published
         * anew since, was not: it may have missed changes.
         */
        Optional<Own> at(long number) {
            if (marks.phase() == TablePhase.STOPPED && number > marks.cut()) {
                return Optional.empty();
            }
            for (Own own : lineage) {
                if (own.cut <= number) {
                    return Optional.of(own);
                }
                if (own.publication) {
                    return Optional.empty();
                }
            }
            return Optional.empty();
        }

        /** The snapshot that the cut made, the first of them where a later owner made another without a change. */
        Optional<Own> changeIn(long number) {
            Own found = null;
            for (Own own : lineage) {
                if (own.cut == number) {
                    found = own;
                }
            }
            if (found == null) {
                Own tagged = tags.get(number);
                found = tagged != null && tagged.cut == number ? tagged : null;
            }
            return Optional.ofNullable(found);
        }
    }
}
