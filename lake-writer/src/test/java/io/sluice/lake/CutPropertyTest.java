package io.sluice.lake;

import static io.sluice.lake.TestLake.publish;
import static io.sluice.lake.TestRows.EVENTS;
import static io.sluice.lake.TestRows.EVENTS_SCHEMA;
import static io.sluice.lake.TestRows.ORDERS;
import static io.sluice.lake.TestRows.ORDERS_SCHEMA;
import static io.sluice.lake.TestRows.UNAVAILABLE;
import static io.sluice.lake.TestRows.changes;
import static io.sluice.lake.TestRows.delete;
import static io.sluice.lake.TestRows.insert;
import static io.sluice.lake.TestRows.moveIn;
import static io.sluice.lake.TestRows.moveOut;
import static io.sluice.lake.TestRows.row;
import static io.sluice.lake.TestRows.truncate;
import static io.sluice.lake.TestRows.update;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.lake.CommitOutcome;
import io.sluice.pipeline.lake.LakeSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Random changes over several cuts, with all kinds of restarts, against a map and a list that follow along. */
class CutPropertyTest {

    private static final int KEYS = 12;
    private static final int CUTS = 5;

    @Property(tries = 6, shrinking = ShrinkingMode.OFF)
    void theLakeIsWhatTheChangesMake(@ForAll long seed) throws Exception {
        run(seed);
    }

    @Example
    void aSeedThatNeedsEverything() throws Exception {
        run(4711);
    }

    private static void run(long seed) throws Exception {
        Path directory = Files.createTempDirectory("sluice-property");
        Random random = new Random(seed);
        Map<Long, String[]> orders = new TreeMap<>();
        List<String> events = new ArrayList<>();
        try (TestLake lake = new TestLake(directory)) {
            int memory = new int[] {1, 4_000, 32 << 20}[random.nextInt(3)];
            lake.with(options -> options.withMemory(memory, 8L << 20));
            LakeSession session = lake.session();
            start(session, random, orders, events);
            for (int cut = 2; cut < 2 + CUTS; cut++) {
                if (random.nextInt(4) == 0) {
                    lake.restart();
                    if (random.nextBoolean()) {
                        remove(directory.resolve("state"));
                    }
                    session = lake.session();
                }
                ColumnBatch[] batches = new ColumnBatch[1 + random.nextInt(4)];
                for (int i = 0; i < batches.length; i++) {
                    batches[i] = random.nextInt(3) == 0
                            ? changes(EVENTS_SCHEMA, eventChanges(random, events))
                            : changes(ORDERS_SCHEMA, orderChanges(random, orders));
                }
                CommitOutcome outcome = TestLake.cut(session, cut, batches);

                assertThat(outcome.kind()).as("seed %d, cut %d", seed, cut).isEqualTo(CommitOutcome.Kind.COMMITTED);
                assertThat(lake.rows(ORDERS))
                        .as("orders, seed %d, cut %d", seed, cut)
                        .isEqualTo(texts(orders));
                assertThat(lake.rows(EVENTS))
                        .as("events, seed %d, cut %d", seed, cut)
                        .isEqualTo(events.stream().sorted().toList());
                lake.assertSound(ORDERS, EVENTS);
            }
            assertThat(lake.dataFilesOnDisk())
                    .as("files on disk, seed %d", seed)
                    .isEqualTo(lake.referencedFiles(ORDERS, EVENTS));
        } finally {
            remove(directory);
        }
    }

    private static void start(LakeSession session, Random random, Map<Long, String[]> orders, List<String> events) {
        List<Object[]> rows = new ArrayList<>();
        for (long key = 0; key < KEYS; key += 1 + random.nextInt(3)) {
            orders.put(key, new String[] {"start", "note " + key});
            rows.add(row(key, "start", "note " + key));
        }
        publish(session, ORDERS_SCHEMA, 100, rows.toArray(Object[][]::new));
        events.addAll(List.of("a|1", "a|1", "b|2"));
        publish(session, EVENTS_SCHEMA, 100, row("a", 1), row("a", 1), row("b", 2));
    }

    private static TestRows.Change[] orderChanges(Random random, Map<Long, String[]> model) {
        List<TestRows.Change> changes = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            long key = random.nextInt(KEYS);
            String status = "s" + random.nextInt(1000);
            String note = "n" + random.nextInt(1000);
            String[] before = model.get(key);
            switch (random.nextInt(13)) {
                case 0, 1, 2 -> {
                    changes.add(insert(key, status, note));
                    model.put(key, new String[] {status, note});
                }
                case 3, 4 -> {
                    changes.add(update(key, status, note));
                    model.put(key, new String[] {status, note});
                }
                case 5, 6 -> {
                    if (before != null) {
                        changes.add(update(key, status, UNAVAILABLE));
                        model.put(key, new String[] {status, before[1]});
                    }
                }
                case 7 -> {
                    changes.add(update(key, UNAVAILABLE, note).ifPresent());
                    model.computeIfPresent(key, (same, old) -> new String[] {old[0], note});
                }
                case 8, 9 -> {
                    changes.add(delete(key));
                    model.remove(key);
                }
                case 10, 11 -> {
                    long target = random.nextInt(KEYS);
                    if (before != null && target != key && !model.containsKey(target)) {
                        boolean whole = random.nextBoolean();
                        changes.add(moveOut(key));
                        changes.add(moveIn(target, status, whole ? note : UNAVAILABLE));
                        model.remove(key);
                        model.put(target, new String[] {status, whole ? note : before[1]});
                    }
                }
                default -> {
                    if (random.nextInt(6) == 0) {
                        changes.add(truncate());
                        model.clear();
                    }
                }
            }
        }
        return changes.toArray(TestRows.Change[]::new);
    }

    private static TestRows.Change[] eventChanges(Random random, List<String> model) {
        List<TestRows.Change> changes = new ArrayList<>();
        int count = 1 + random.nextInt(10);
        for (int i = 0; i < count; i++) {
            String kind = "" + (char) ('a' + random.nextInt(3));
            int amount = random.nextInt(3);
            if (random.nextInt(5) < 3) {
                changes.add(insert(kind, amount));
                model.add(kind + "|" + amount);
            } else {
                changes.add(delete(kind, amount));
                model.remove(kind + "|" + amount);
            }
        }
        return changes.toArray(TestRows.Change[]::new);
    }

    private static List<String> texts(Map<Long, String[]> model) {
        return model.entrySet().stream()
                .map(order -> order.getKey() + "|" + order.getValue()[0] + "|" + order.getValue()[1])
                .sorted()
                .toList();
    }

    private static void remove(Path directory) throws Exception {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
