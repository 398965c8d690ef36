package io.sluice.service.verify;

import io.sluice.lake.read.PublishedTable;
import io.sluice.service.verify.KeyReadings.Reading;
import io.sluice.service.verify.KeyReadings.SourceReading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decides keys that differed while both sides went on changing. A round reads the lake, the source, waits until the lake
 * has passed where the source was read, and reads the lake and the source again:
 *
 * <ul>
 *   <li>A key under which the second reading of the lake has what one of the source's had is the same. While it waits,
 *       the source is read a few times more, so that rows that change often are caught too.
 *   <li>A key is different only when that is proven: the lake has other rows than the source, and the rows of one side
 *       were untouched (same file and place in the lake, same transaction that made them at the source) before and after
 *       the other side was read, so that both had them at one position.
 *   <li>Everything else changed meanwhile, and goes into the next round.
 * </ul>
 *
 * <p>A difference is proven in two rounds, because a commit that waits for a synchronous standby reaches the log's
 * readers before it reaches other sessions. Used by one thread.
 */
final class KeyRecheck {

    private static final int PROOFS = 2;

    /** So many keys are read again while the lake is waited for, at most so often. */
    private static final int MOST_WATCHED = 1000;

    private static final int MOST_LOOKS = 100;

    private final KeyReadings readings;
    private final Supplier<Optional<PublishedTable>> lake;
    private final Patience patience;
    private final int rounds;

    /**
     * @param lake the table as it is now; empty when it cannot be compared any more
     * @param rounds the most rounds, at least 1
     */
    KeyRecheck(KeyReadings readings, Supplier<Optional<PublishedTable>> lake, Patience patience, int rounds) {
        this.readings = readings;
        this.lake = lake;
        this.patience = patience;
        this.rounds = rounds;
    }

    /** Why keys stayed undecided. */
    enum Rest {
        /** None did. */
        NONE,
        /** They changed in every round. */
        CHANGING,
        /** The lake does not come to where the source was read. */
        LAKE_BEHIND
    }

    /**
     * What became of the keys.
     *
     * @param proven differ
     * @param missing of the proven ones, how many the lake lacks
     * @param surplus of the proven ones, how many only the lake has, or has more than once
     * @param different of the proven ones, how many have other values
     * @param undecided could not be decided
     * @param rest why
     */
    record Decision(KeySet proven, long missing, long surplus, long different, KeySet undecided, Rest rest) {}

    Decision run(KeySet candidates) throws InterruptedException {
        int size = candidates.size();
        boolean[] proven = new boolean[size];
        boolean[] open = new boolean[size];
        Arrays.fill(open, true);
        int[] places = new int[size];
        Arrays.setAll(places, i -> i);
        int[] proofs = new int[size];
        long[] kinds = new long[3];
        Rest rest = Rest.NONE;

        KeySet keys = candidates;
        Optional<PublishedTable> table = lake.get();
        Reading lakeBefore = table.isEmpty() ? null : readings.lake(keys, table.get());
        for (int round = 1; round <= rounds && keys.size() > 0; round++) {
            if (lakeBefore == null) {
                rest = Rest.LAKE_BEHIND;
                break;
            }
            SourceReading before = readings.source(keys);
            List<Reading> seen = new ArrayList<>(List.of(before.reading()));
            KeySet looked = keys;
            Runnable look = () -> {
                if (looked.size() <= MOST_WATCHED && seen.size() < MOST_LOOKS) {
                    seen.add(readings.source(looked).reading());
                }
            };
            if (!patience.await(before.position(), look).covers(before.position())) {
                rest = Rest.LAKE_BEHIND;
                break;
            }
            table = lake.get();
            if (table.isEmpty()) {
                rest = Rest.LAKE_BEHIND;
                break;
            }
            Reading lakeAfter = readings.lake(keys, table.get());
            Reading after = readings.source(keys).reading();
            seen.add(after);
            boolean[] stay = new boolean[keys.size()];
            int staying = 0;
            for (int i = 0; i < keys.size(); i++) {
                int place = places[i];
                int key = i;
                if (seen.stream().anyMatch(reading -> lakeAfter.same(key, reading))) {
                    open[place] = false;
                    continue;
                }
                boolean proof =
                        lakeBefore.untouched(i, lakeAfter) || before.reading().untouched(i, after);
                proofs[place] = proof ? proofs[place] + 1 : 0;
                if (proofs[place] >= Math.min(PROOFS, rounds)) {
                    proven[place] = true;
                    open[place] = false;
                    kinds[kind(lakeAfter.count()[i], before.reading().count()[i])]++;
                    continue;
                }
                stay[i] = true;
                staying++;
            }
            places = only(places, stay, staying);
            lakeBefore = lakeAfter.only(stay, staying);
            keys = keys.only(stay);
            rest = staying > 0 ? Rest.CHANGING : Rest.NONE;
        }
        return new Decision(candidates.only(proven), kinds[0], kinds[1], kinds[2], candidates.only(open), rest);
    }

    private static int kind(int inLake, int atSource) {
        if (inLake == 0) {
            return 0;
        }
        return inLake > atSource ? 1 : 2;
    }

    private static int[] only(int[] values, boolean[] marked, int size) {
        int[] some = new int[size];
        int to = 0;
        for (int i = 0; i < marked.length; i++) {
            if (marked[i]) {
                some[to++] = values[i];
            }
        }
        return some;
    }
}
