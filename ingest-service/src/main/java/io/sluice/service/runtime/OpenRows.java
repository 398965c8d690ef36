package io.sluice.service.runtime;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.RowOperation;
import io.sluice.pipeline.batch.RowRefusal;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.lake.CutWriter;
import io.sluice.pipeline.lake.DeadLetter;
import io.sluice.pipeline.lake.DeadLetterEvent;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import io.sluice.pipeline.schema.TableSchema;
import io.sluice.pipeline.transform.SiftedRows;
import io.sluice.pipeline.transform.TableTransform;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one table that are set aside: by their keys, in bounded number, so that a change that leaves values out
 * because they did not change is not taken for one of a row that the lake has.
 *
 * <p>Three sets: {@code recorded}, what the dead letters say; {@code live}, what the published table leaves out; {@code
 * load}, what the load under way leaves out. A row is resolved when it is in neither of the latter two. Thread-safe: readers
 * of a snapshot work beside the stream.
 */
final class OpenRows {

    /** What a batch of changes is applied to. */
    enum Target {
        TABLE,
        LOAD,
        TABLE_AND_LOAD;

        /** Where a stream puts a table's changes; null when the load takes none. */
        static Target of(CutWriter.@Nullable Drain drain) {
            if (drain == null) {
                return TABLE;
            }
            return drain == CutWriter.Drain.INTO_LOAD ? LOAD : TABLE_AND_LOAD;
        }
    }

    /** Rows that a part of a load leaves out. */
    static final class LoadRefusals {
        private final List<DeadLetter> letters = new ArrayList<>();
        private final ColumnBatch keys;

        private LoadRefusals(TableSchema sink) {
            this.keys = ColumnBatch.create(sink, ColumnBatch.Content.SNAPSHOT, 4);
        }

        boolean isEmpty() {
            return letters.isEmpty();
        }

        List<DeadLetterEvent> events() {
            return letters.stream()
                    .map(letter -> new DeadLetterEvent(DeadLetterEvent.Kind.SET_ASIDE, letter))
                    .toList();
        }
    }

    /** An event that waits for its cut. */
    private record Pending(DeadLetterEvent.Kind kind, DeadLetter letter, boolean ofLoad) {}

    private final TableSchema source;
    private final TableSchema sink;
    private final int limit;
    private final Clock clock;
    private final Map<String, DeadLetter> recorded = new LinkedHashMap<>();
    private final Set<String> live = new HashSet<>();
    private final Set<String> load = new HashSet<>();
    /** The keys of {@code load} as values, as far as this process has met them. */
    private final Map<String, Integer> loadKeyRows = new LinkedHashMap<>();

    private ColumnBatch loadKeys;
    private final List<Pending> pending = new ArrayList<>();

    OpenRows(TableSchema source, TableSchema sink, int limit, Clock clock) {
        this.source = source;
        this.sink = sink;
        this.limit = limit;
        this.clock = clock;
        this.loadKeys = ColumnBatch.create(sink, ColumnBatch.Content.SNAPSHOT, 4);
    }

    TableId source() {
        return source.table();
    }

    /** Rows that are set aside. */
    synchronized long count() {
        return recorded.size();
    }

    /** Whether events wait for a cut. */
    synchronized boolean hasPending() {
        return !pending.isEmpty();
    }

    /** Whether the load under way leaves rows out of which this process does not know the key's values. */
    synchronized boolean loadLeavesOutUnknown() {
        return !loadKeyRows.keySet().containsAll(load);
    }

    /**
     * Begins with what the dead letters say.
     *
     * @param open the table's open letters, oldest first
     * @param ofLoad whether a letter was written for that load
     */
    synchronized void begin(List<DeadLetter> open, Predicate<DeadLetter> ofLoad) {
        recorded.clear();
        live.clear();
        load.clear();
        pending.clear();
        for (DeadLetter letter : open) {
            recorded.put(letter.key(), letter);
            live.add(letter.key());
            // Of what this process has met, the load itself may not tell yet.
            if (loadKeyRows.containsKey(letter.key()) || letter.cut() == 0 && ofLoad.test(letter)) {
                load.add(letter.key());
            }
        }
    }

    /** The load under way is given up, or begins anew. */
    synchronized void forgetLoad() {
        load.clear();
        forgetLoadKeys();
    }

    private void forgetLoadKeys() {
        loadKeyRows.clear();
        loadKeys = ColumnBatch.create(sink, ColumnBatch.Content.SNAPSHOT, 4);
    }

    // ---- loading

    LoadRefusals newRefusals() {
        return new LoadRefusals(sink);
    }

    /** Transforms rows of a snapshot; those that cannot be are kept for {@link #loaded}. */
    ColumnBatch read(TableTransform transform, ColumnBatch batch, Position at, LoadRefusals refusals) {
        SiftedRows sifted = transform.sift(batch);
        for (RowRefusal refusal : sifted.refusals()) {
            refusals.letters.add(letter(RowKeyText.of(batch, refusal.row()), refusal, at.text()));
            appendKey(refusals.keys, batch, refusal.row());
        }
        if (!sifted.refusals().isEmpty()) {
            synchronized (this) {
                requireRoom(
                        load.size() + refusals.letters.size(), sifted.refusals().get(0));
            }
        }
        return sifted.rows();
    }

    /** What a part of a load leaves out is durable in the dead letters, and about to be in the load. */
    synchronized void loaded(LoadRefusals refusals) {
        for (int i = 0; i < refusals.letters.size(); i++) {
            DeadLetter letter = refusals.letters.get(i);
            recorded.put(letter.key(), letter);
            load.add(letter.key());
            rememberKey(letter.key(), refusals.keys, i);
        }
    }

    private void rememberKey(String key, ColumnBatch keys, int row) {
        if (loadKeyRows.putIfAbsent(key, loadKeys.rowCount()) == null) {
            for (int i = 0; i < loadKeys.columns().length; i++) {
                loadKeys.column(i).appendFrom(keys.column(i), row);
            }
            loadKeys.endRow();
        }
    }

    /** Appends the key of a row of the source to a batch of the sink's. */
    private void appendKey(ColumnBatch keys, ColumnBatch batch, int row) {
        for (int i = 0; i < keys.columns().length; i++) {
            int place = sink.key().indexOf(i);
            if (place < 0) {
                keys.column(i).appendNull();
            } else {
                keys.column(i).appendFrom(batch.column(source.key().get(place)), row);
            }
        }
        keys.endRow();
    }

    /** The open cut publishes the load: what the table had aside and the load has not is resolved. */
    synchronized void publishLoad() {
        for (DeadLetter letter : List.copyOf(recorded.values())) {
            if (!load.contains(letter.key())) {
                recorded.remove(letter.key());
                pending.add(new Pending(DeadLetterEvent.Kind.RESOLVED, letter, false));
            }
        }
        live.clear();
        live.addAll(load);
        load.clear();
    }

    /**
     * Keys that the load leaves out, or left out before a change that waited in it: they may have been met by a reader only
     * after a change that mended them. Those that this process does not know as values are missing.
     */
    synchronized Optional<ColumnBatch> loadKeys() {
        return loadKeys.rowCount() == 0 ? Optional.empty() : Optional.of(loadKeys);
    }

    /** The load is published. */
    synchronized void loadVisible() {
        forgetLoadKeys();
    }

    // ---- changes

    /** Transforms changes; those that cannot be leave the lake as if the filter dropped them. */
    synchronized ColumnBatch apply(TableTransform transform, ColumnBatch batch, Target target) {
        SiftedRows sifted = transform.sift(batch);
        return sifted.refusals().isEmpty() && recorded.isEmpty() ? sifted.rows() : follow(batch, sifted, target);
    }

    /** Goes through the changes in their order, since one can set a row aside that the next one mends. */
    private ColumnBatch follow(ColumnBatch batch, SiftedRows sifted, Target target) {
        ColumnBatch rows = sifted.rows();
        byte[] operations = Arrays.copyOf(rows.operations(), rows.rowCount());
        int out = 0;
        int refused = 0;
        boolean leftOpen = false;
        for (int row = 0; row < batch.rowCount(); row++) {
            int at = out < operations.length && sifted.origin(out) == row ? out++ : -1;
            byte operation = RowOperation.operation(batch.operation(row));
            if (operation == RowOperation.TRUNCATE) {
                List.copyOf(recorded.keySet()).forEach(key -> resolve(key, target));
                continue;
            }
            String key = RowKeyText.of(batch, row);
            boolean open = recorded.containsKey(key);
            if (refused < sifted.refusals().size()
                    && sifted.refusals().get(refused).row() == row) {
                RowRefusal refusal = sifted.refusals().get(refused++);
                String position = new LogSequenceNumber(batch.positions()[row]).text();
                setAside(letter(key, refusal, position), refusal, target);
                if (target != Target.TABLE) {
                    ColumnBatch keys = ColumnBatch.create(sink, ColumnBatch.Content.SNAPSHOT, 1);
                    appendKey(keys, batch, row);
                    rememberKey(key, keys, 0);
                }
            } else {
                boolean gone = operation == RowOperation.DELETE || operation == RowOperation.MOVE_OUT;
                if (!gone && at >= 0 && (open || operation == RowOperation.MOVE_IN && leftOpen)) {
                    operations[at] = withoutPrevious(rows, at, operations[at]);
                }
                if (at < 0 || !RowOperation.has(operations[at], RowOperation.REFETCH)) {
                    resolve(key, target);
                }
            }
            leftOpen = operation == RowOperation.MOVE_OUT && open;
        }
        return ColumnBatch.ofChanges(rows.schema(), rows.columns(), operations, rows.positions(), operations.length);
    }

    /** The lake has no version before this one, so what the log left out can only come from the source. */
    private static byte withoutPrevious(ColumnBatch rows, int row, byte operation) {
        if (!RowOperation.isUpsert(operation) || RowOperation.operation(operation) == RowOperation.INSERT) {
            return operation;
        }
        boolean incomplete = RowOperation.has(operation, RowOperation.IF_PRESENT);
        for (ColumnVector column : rows.columns()) {
            incomplete |= column.isUnavailable(row);
        }
        return incomplete ? (byte) (RowOperation.operation(operation) | RowOperation.REFETCH) : operation;
    }

    /**
     * Transforms rows that were read again for a cut; of those keys that are not in the result, the source or the filter
     * has none, or they are set aside.
     *
     * @param keys what was asked for, in the source's schema
     */
    synchronized ColumnBatch refetched(TableTransform transform, ColumnBatch keys, ColumnBatch found, Position at) {
        SiftedRows sifted = transform.sift(found);
        Set<String> refused = new HashSet<>();
        for (RowRefusal refusal : sifted.refusals()) {
            String key = RowKeyText.of(found, refusal.row());
            refused.add(key);
            setAside(letter(key, refusal, at.text()), refusal, Target.TABLE);
        }
        if (!recorded.isEmpty()) {
            for (int row = 0; row < keys.rowCount(); row++) {
                String key = RowKeyText.of(keys, row);
                if (!refused.contains(key)) {
                    resolve(key, Target.TABLE);
                }
            }
        }
        return sifted.rows();
    }

    private void setAside(DeadLetter letter, RowRefusal refusal, Target target) {
        String key = letter.key();
        if (target != Target.LOAD) {
            live.add(key);
        }
        if (target != Target.TABLE) {
            load.add(key);
        }
        DeadLetter before = recorded.put(key, letter);
        boolean ofLoad = load.contains(key);
        boolean told = before != null
                && before.column().equals(letter.column())
                && before.reason().equals(letter.reason())
                && (!ofLoad || before.cut() == 0);
        if (told) {
            recorded.put(key, before);
        } else {
            pending.add(new Pending(DeadLetterEvent.Kind.SET_ASIDE, letter, ofLoad));
        }
        requireRoom(recorded.size(), refusal);
    }

    private void resolve(String key, Target target) {
        if (target != Target.LOAD) {
            live.remove(key);
        }
        if (target != Target.TABLE) {
            load.remove(key);
        }
        if (!live.contains(key) && !load.contains(key)) {
            DeadLetter letter = recorded.remove(key);
            if (letter != null) {
                pending.add(new Pending(DeadLetterEvent.Kind.RESOLVED, letter, false));
            }
        }
    }

    private void requireRoom(int open, RowRefusal last) {
        if (open > limit) {
            throw new PipelineException(
                    ErrorKind.DATA_REFUSED,
                    source.table(),
                    "Table " + source.table() + " has " + open + " rows that have no place in the lake, and"
                            + " pipeline.dead-letter-limit lets it set " + limit + " aside. The last one: "
                            + last.message(),
                    null);
        }
    }

    private DeadLetter letter(String key, RowRefusal refusal, String position) {
        return new DeadLetter(source.table(), key, refusal.column(), refusal.reason(), position, 0, clock.instant());
    }

    /**
     * Hands over what waits for the open cut, in its order.
     *
     * @param cut the cut's number
     * @param end where it ends
     */
    synchronized List<DeadLetterEvent> take(long cut, Position end) {
        List<DeadLetterEvent> events = new ArrayList<>();
        for (Pending one : pending) {
            DeadLetter letter = one.letter();
            boolean resolved = one.kind() == DeadLetterEvent.Kind.RESOLVED;
            DeadLetter written = new DeadLetter(
                    letter.source(),
                    letter.key(),
                    letter.column(),
                    letter.reason(),
                    // A load's letters are known by positions that its first one covers: a change's own may be before
                    // it.
                    resolved || one.ofLoad() ? end.text() : letter.position(),
                    one.ofLoad() ? 0 : cut,
                    resolved ? clock.instant() : letter.at());
            events.add(new DeadLetterEvent(one.kind(), written));
            if (!resolved) {
                recorded.replace(letter.key(), letter, written);
            }
        }
        pending.clear();
        return events;
    }
}
