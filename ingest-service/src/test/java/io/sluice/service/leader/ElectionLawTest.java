package io.sluice.service.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.service.leader.LeaderElector.Standing;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Whatever requests take, lose or fail, and whatever the candidates' clocks say: two never lead at one time. */
class ElectionLawTest {

    private static final ElectionTimes TIMES =
            new ElectionTimes(Duration.ofSeconds(12), Duration.ofSeconds(8), Duration.ofSeconds(2));

    @Property(tries = 400)
    void two_never_lead_at_one_time_and_somebody_leads_again_when_requests_succeed(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 4) int size) {
        Random random = new Random(seed);
        ManualTime time = new ManualTime();
        Shelf shelf = new Shelf();
        List<LeaderElector> candidates = new ArrayList<>();
        Runnable look = () -> assertThat(candidates.stream().filter(one -> one.standing() == Standing.LEADER))
                .as("leaders at %s", time.getAsLong())
                .hasSizeLessThanOrEqualTo(1);
        double trouble = random.nextDouble() * 0.8;
        for (int i = 0; i < size; i++) {
            candidates.add(candidate("first-" + i, shelf, time, random, trouble, look));
        }
        for (int step = 0; step < 200; step++) {
            time.pass(Duration.ofMillis(random.nextInt(2_500)));
            look.run();
            int turn = random.nextInt(size);
            LeaderElector candidate = candidates.get(turn);
            if (candidate.standing() == Standing.LOST || random.nextInt(60) == 0) {
                // Its process ended, with or without giving back, and another one is started.
                if (random.nextBoolean()) {
                    candidate.resign();
                    look.run();
                }
                candidates.set(turn, candidate("at-" + step, shelf, time, random, trouble, look));
            } else {
                candidate.attempt();
            }
            look.run();
        }
        shelf.calm = true;
        for (int step = 0; step < 40; step++) {
            time.pass(TIMES.retry());
            for (int i = 0; i < size; i++) {
                if (candidates.get(i).standing() == Standing.LOST) {
                    candidates.set(i, candidate("calm-" + step + i, shelf, time, random, trouble, look));
                }
                candidates.get(i).attempt();
                look.run();
            }
        }
        assertThat(candidates.stream().filter(one -> one.standing() == Standing.LEADER))
                .hasSize(1);
    }

    private static LeaderElector candidate(
            String name, Shelf shelf, ManualTime time, Random random, double trouble, Runnable look) {
        Instant wrong = Instant.EPOCH.plusSeconds(random.nextInt());
        return new LeaderElector(
                new Slow(shelf, time, random, trouble, look), name, TIMES, time, Clock.fixed(wrong, ZoneOffset.UTC));
    }

    /** Where the Lease is. */
    private static final class Shelf {
        private Optional<Lease> stored = Optional.empty();
        private int version;
        private boolean calm;

        Optional<Lease> put(Lease lease) {
            String seen = stored.map(Lease::version).orElse("");
            if (!seen.equals(lease.version())) {
                return Optional.empty();
            }
            stored = Optional.of(new Lease(
                    lease.holder(),
                    lease.duration(),
                    lease.acquired(),
                    lease.renewed(),
                    lease.transitions(),
                    Integer.toString(++version)));
            return stored;
        }
    }

    /** Requests that take time before and after they have an effect, and may fail before or after it. */
    private record Slow(Shelf shelf, ManualTime time, Random random, double trouble, Runnable look) implements Leases {

        private interface Effect {
            Optional<Lease> take();
        }

        private Optional<Lease> request(Effect effect) throws LeaseUnavailableException {
            delay();
            fail();
            Optional<Lease> answer = effect.take();
            delay();
            fail();
            return answer;
        }

        private void delay() {
            if (!shelf.calm) {
                time.pass(Duration.ofMillis(random.nextInt(random.nextInt(10) == 0 ? 10_000 : 300)));
                look.run();
            }
        }

        private void fail() throws LeaseUnavailableException {
            if (!shelf.calm && random.nextDouble() < trouble) {
                throw new LeaseUnavailableException("lost");
            }
        }

        @Override
        public Optional<Lease> read() throws LeaseUnavailableException {
            return request(() -> shelf.stored);
        }

        @Override
        public Optional<Lease> create(Lease first) throws LeaseUnavailableException {
            return request(() -> shelf.put(first));
        }

        @Override
        public Optional<Lease> replace(Lease next) throws LeaseUnavailableException {
            return request(() -> shelf.put(next));
        }
    }
}
