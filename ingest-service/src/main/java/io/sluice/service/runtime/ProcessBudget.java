package io.sluice.service.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the pipelines of a process share, so that one that floods or hangs does not starve the others: turns to read a chunk
 * of a table, each of which takes a thread, a connection to a source and writers of files; and memory for rows on their
 * way. Safe for use by several threads.
 *
 * <p>A turn that is free goes to the pipeline that has the fewest, and among equals to the one that waits longest. The last
 * free turn goes only to a pipeline that has none: however many readers hang, a load of another pipeline begins.
 *
 * <p>Memory is granted when a run begins: what is wanted, but at most half of what is left, so that there is always
 * something for the next; rows that have no room go through files.
 */
public final class ProcessBudget {

    /** Smaller buffers cost more in files than they save. */
    static final long LEAST_MEMORY = 1 << 20;

    private final int turns;
    private final long memory;
    private final Map<String, Integer> held = new HashMap<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Map<String, Long> granted = new HashMap<>();
    private int used;
    private long tickets;

    private record Waiting(String pipeline, long ticket) {}

    /**
     * A budget.
     *
     * @param turns chunks that are read at the same time, at least 2
     * @param memory bytes for rows on their way, at least 1 MiB
     */
    public ProcessBudget(int turns, long memory) {
        if (turns < 2 || memory < LEAST_MEMORY) {
            throw new IllegalArgumentException("A budget has at least 2 readers and " + LEAST_MEMORY
                    + " bytes of memory, got " + turns + " and " + memory);
        }
        this.turns = turns;
        this.memory = memory;
    }

    /** For a process with one pipeline, which may have what its file says. */
    public static ProcessBudget unbounded() {
        return new ProcessBudget(Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    /** Something that was taken; closed to give it back, again and again without effect. */
    public interface Taken extends AutoCloseable {

        /** Nothing was taken. */
        Taken NOTHING = () -> {};

        @Override
        void close();
    }

    /** Waits for a turn to read. */
    public synchronized Taken awaitTurn(String pipeline) throws InterruptedException {
        Waiting me = new Waiting(pipeline, tickets++);
        waiting.add(me);
        try {
            while (!isNext(me)) {
                wait();
            }
            used++;
            held.merge(pipeline, 1, Integer::sum);
        } finally {
            waiting.remove(me);
            notifyAll();
        }
        return new Turn(pipeline);
    }

    private boolean isNext(Waiting me) {
        int free = turns - used;
        if (free < 1 || free == 1 && held(me.pipeline()) > 0) {
            return false;
        }
        for (Waiting other : waiting) {
            int more = Integer.compare(held(me.pipeline()), held(other.pipeline()));
            if (more > 0 || more == 0 && me.ticket() > other.ticket()) {
                return false;
            }
        }
        return true;
    }

    private int held(String pipeline) {
        return held.getOrDefault(pipeline, 0);
    }

    private synchronized void giveBack(String pipeline) {
        used--;
        held.computeIfPresent(pipeline, (name, turnsHeld) -> turnsHeld == 1 ? null : turnsHeld - 1);
        notifyAll();
    }

    private final class Turn implements Taken {
        private final String pipeline;
        private boolean given;

        Turn(String pipeline) {
            this.pipeline = pipeline;
        }

        @Override
        public synchronized void close() {
            if (!given) {
                given = true;
                giveBack(pipeline);
            }
        }
    }

    /**
     * Grants memory to a run.
     *
     * @param wanted bytes
     */
    public synchronized Memory takeMemory(String pipeline, long wanted) {
        long left =
                memory - granted.values().stream().mapToLong(Long::longValue).sum();
        long bytes = Math.max(LEAST_MEMORY, Math.min(wanted, left == Long.MAX_VALUE ? left : left / 2));
        granted.put(pipeline, bytes);
        return new Memory(this, pipeline, bytes);
    }

    private synchronized void giveMemoryBack(String pipeline, long bytes) {
        granted.remove(pipeline, bytes);
    }

    /**
     * What a run was granted.
     *
     * @param bytes for rows on their way
     */
    public record Memory(ProcessBudget budget, String pipeline, long bytes) implements Taken {
        @Override
        public void close() {
            budget.giveMemoryBack(pipeline, bytes);
        }
    }

    /** Chunks that are being read now. */
    public synchronized int turnsUsed() {
        return used;
    }

    /** Bytes that are granted now. */
    public synchronized long memoryGranted() {
        return granted.values().stream().mapToLong(Long::longValue).sum();
    }
}
