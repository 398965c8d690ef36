package io.sluice.testkit.workload;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * The keys that a table has, and which open transaction works on which: one thread drives all transactions, so none
 * may wait for a lock of another.
 */
final class TableModel {

    private static final int REMEMBERED_DELETES = 200;
    private static final int TRIES = 20;

    private final RandomTable table;
    private final List<List<String>> live = new ArrayList<>();
    private final Map<List<String>, Integer> liveIndex = new HashMap<>();
    private final Map<List<String>, OpenTransaction> busy = new HashMap<>();
    private final Deque<List<String>> deleted = new ArrayDeque<>();
    private final Set<OpenTransaction> users = new HashSet<>();
    private Optional<OpenTransaction> soleUser = Optional.empty();

    TableModel(RandomTable table) {
        this.table = table;
    }

    /** What one transaction has done to the table and not committed. */
    static final class Changes {
        final Set<List<String>> added;
        final Set<List<String>> removed;
        private final List<List<String>> addedInOrder;
        boolean truncated;

        Changes() {
            added = new HashSet<>();
            removed = new HashSet<>();
            addedInOrder = new ArrayList<>();
        }

        Changes(Changes other) {
            added = new HashSet<>(other.added);
            removed = new HashSet<>(other.removed);
            addedInOrder = new ArrayList<>(other.addedInOrder);
            truncated = other.truncated;
        }

        void add(List<String> key) {
            if (added.add(key)) {
                addedInOrder.add(key);
            }
        }

        void remove(List<String> key) {
            if (added.remove(key)) {
                addedInOrder.remove(key);
            }
            removed.add(key);
        }

        void truncate() {
            removed.addAll(added);
            added.clear();
            addedInOrder.clear();
            truncated = true;
        }
    }

    RandomTable table() {
        return table;
    }

    /** Whether the transaction may use the table without waiting; from then on it is among its users. */
    boolean enter(OpenTransaction transaction) {
        boolean others = soleUser.filter(user -> user != transaction).isPresent();
        // Rows without a key cannot be told apart, so they are left to one transaction at a time.
        if (others || (table.keyWidth() == 0 && !users.isEmpty() && !users.contains(transaction))) {
            return false;
        }
        users.add(transaction);
        return true;
    }

    /** Whether the transaction may use the table alone until it ends. */
    boolean enterAlone(OpenTransaction transaction) {
        if (!enter(transaction) || users.size() > 1) {
            return false;
        }
        soleUser = Optional.of(transaction);
        return true;
    }

    /** A key that the transaction sees and may change; it is the transaction's until its end. */
    Optional<List<String>> existingKey(Random random, OpenTransaction transaction, Changes changes) {
        if (!changes.addedInOrder.isEmpty() && random.nextInt(5) < 2) {
            return Optional.of(changes.addedInOrder.get(random.nextInt(changes.addedInOrder.size())));
        }
        for (int i = 0; i < TRIES && !changes.truncated && !live.isEmpty(); i++) {
            List<String> key = live.get(random.nextInt(live.size()));
            if (isFree(key, transaction) && !changes.removed.contains(key)) {
                busy.put(key, transaction);
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** A key that no row has, often one that a row had before; it is the transaction's until its end. */
    Optional<List<String>> newKey(Random random, RandomValues values, OpenTransaction transaction, Changes changes) {
        for (int i = 0; i < TRIES; i++) {
            List<String> key;
            if (!deleted.isEmpty() && random.nextInt(10) < 4) {
                key = deleted.pollFirst();
                deleted.addLast(key);
            } else {
                key = table.key().stream().map(values::keyLiteral).toList();
            }
            boolean visible = changes.added.contains(key)
                    || (!changes.truncated && liveIndex.containsKey(key) && !changes.removed.contains(key));
            if (!visible && isFree(key, transaction)) {
                busy.put(key, transaction);
                return Optional.of(key);
            }
        }
        return Optional.empty();
    }

    /** Ends a transaction: its changes become the table's. */
    void commit(OpenTransaction transaction, Changes changes) {
        if (changes.truncated) {
            List.copyOf(live).forEach(this::removeLive);
        }
        changes.removed.stream().filter(key -> !changes.added.contains(key)).forEach(this::removeLive);
        for (List<String> key : changes.addedInOrder) {
            if (!liveIndex.containsKey(key)) {
                liveIndex.put(key, live.size());
                live.add(key);
            }
        }
        leave(transaction);
    }

    /** Ends a transaction whose changes are void, or which made none. */
    void leave(OpenTransaction transaction) {
        busy.values().removeIf(user -> user == transaction);
        users.remove(transaction);
        soleUser = soleUser.filter(user -> user != transaction);
    }

    private boolean isFree(List<String> key, OpenTransaction transaction) {
        OpenTransaction user = busy.get(key);
        return user == null || user == transaction;
    }

    private void removeLive(List<String> key) {
        Integer index = liveIndex.remove(key);
        if (index == null) {
            return;
        }
        List<String> last = live.remove(live.size() - 1);
        if (index < live.size()) {
            live.set(index, last);
            liveIndex.put(last, index);
        }
        deleted.addLast(key);
        if (deleted.size() > REMEMBERED_DELETES) {
            deleted.removeFirst();
        }
    }
}
