package io.sluice.service.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.service.leader.LeaderElector.Standing;
import io.sluice.testkit.kubernetes.KubernetesApiServer;
import io.sluice.testkit.kubernetes.KubernetesApiServer.Fault;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Candidates against an API server, with the time in the test's hand. */
class LeaderElectorTest {

    private static final ElectionTimes TIMES =
            new ElectionTimes(Duration.ofSeconds(12), Duration.ofSeconds(8), Duration.ofSeconds(2));
    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(20);
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path directory;

    private final ManualTime time = new ManualTime();
    private KubernetesApiServer server;

    @BeforeEach
    void start() {
        server = KubernetesApiServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void the_first_candidate_makes_the_lease_and_leads() {
        LeaderElector first = candidate("first");
        assertThat(first.standing()).isEqualTo(Standing.STANDBY);

        first.attempt();

        assertThat(first.standing()).isEqualTo(Standing.LEADER);
        assertThat(spec("holderIdentity")).isEqualTo("first");
        assertThat(spec("leaseDurationSeconds")).isEqualTo("12");
        assertThat(spec("renewTime")).isEqualTo("2026-03-01T12:00:00.000000Z");
        assertThat(spec("leaseTransitions")).isEqualTo("0");
    }

    @Test
    void a_leader_that_renews_leads_on_and_others_stand_by() {
        LeaderElector first = candidate("first");
        LeaderElector second = candidate("second");
        first.attempt();
        for (int i = 0; i < 8; i++) {
            time.pass(TIMES.retry());
            first.attempt();
            second.attempt();
            assertThat(first.standing()).isEqualTo(Standing.LEADER);
            assertThat(second.standing()).isEqualTo(Standing.STANDBY);
        }
        assertThat(second.holder()).isEqualTo("first");
        assertThat(second.inContact()).isTrue();
        assertThat(spec("leaseTransitions")).isEqualTo("0");
    }

    @Test
    void a_standby_takes_over_when_it_saw_the_lease_unchanged_for_its_duration() {
        LeaderElector second = candidate("second");
        candidate("first").attempt();
        second.attempt();

        time.pass(TIMES.lease().minusMillis(1));
        second.attempt();
        assertThat(second.standing()).isEqualTo(Standing.STANDBY);

        time.pass(Duration.ofMillis(1));
        second.attempt();
        assertThat(second.standing()).isEqualTo(Standing.LEADER);
        assertThat(spec("holderIdentity")).isEqualTo("second");
        assertThat(spec("leaseTransitions")).isEqualTo("1");
    }

    @Test
    void a_candidate_that_comes_later_waits_as_long_however_old_the_lease_says_it_is() {
        hold("other", 12, "1999-01-01T00:00:00.000000Z");
        LeaderElector late = candidate("late");
        late.attempt();
        time.pass(Duration.ofSeconds(11));
        late.attempt();
        assertThat(late.standing()).isEqualTo(Standing.STANDBY);
        time.pass(Duration.ofSeconds(1));
        late.attempt();
        assertThat(late.standing()).isEqualTo(Standing.LEADER);
    }

    @Test
    void a_holder_whose_clock_is_years_ahead_is_not_leader_for_years() {
        hold("other", 12, "2099-01-01T00:00:00.000000Z");
        LeaderElector candidate = candidate("candidate");
        candidate.attempt();
        time.pass(TIMES.lease());
        candidate.attempt();
        assertThat(candidate.standing()).isEqualTo(Standing.LEADER);
    }

    @Test
    void a_holder_that_promised_to_be_at_work_for_longer_is_left_alone_for_longer() {
        hold("other", 60, "2026-03-01T12:00:00.000000Z");
        LeaderElector candidate = candidate("candidate");
        candidate.attempt();
        time.pass(Duration.ofSeconds(59));
        candidate.attempt();
        assertThat(candidate.standing()).isEqualTo(Standing.STANDBY);
        time.pass(Duration.ofSeconds(1));
        candidate.attempt();
        assertThat(candidate.standing()).isEqualTo(Standing.LEADER);
    }

    @Test
    void of_two_that_race_for_a_lease_one_wins() throws Exception {
        for (boolean exists : List.of(false, true)) {
            if (exists) {
                hold("", 1, "2026-03-01T12:00:00.000000Z");
            }
            CyclicBarrier bothHaveRead = new CyclicBarrier(2);
            List<LeaderElector> racing = Stream.of("left", "right")
                    .map(name -> elector(name + exists, new ReadTogether(leases(), bothHaveRead)))
                    .toList();
            Thread left = new Thread(racing.get(0)::attempt);
            Thread right = new Thread(racing.get(1)::attempt);
            left.start();
            right.start();
            left.join();
            right.join();
            assertThat(racing)
                    .extracting(LeaderElector::standing)
                    .as("the Lease %s", exists ? "is free" : "does not exist")
                    .containsExactlyInAnyOrder(Standing.LEADER, Standing.STANDBY);
        }
    }

    @Test
    void a_leader_without_the_api_server_gives_up_before_another_one_may_lead() {
        LeaderElector first = candidate("first");
        LeaderElector second = candidate("second");
        first.attempt();
        second.attempt();
        time.pass(TIMES.retry());
        first.attempt();
        second.attempt();
        server.failing(call -> Fault.UNAVAILABLE);

        time.pass(TIMES.renewal().minusMillis(1));
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LEADER);
        time.pass(Duration.ofMillis(1));

        // Nobody has to attempt anything for that.
        assertThat(first.standing()).isEqualTo(Standing.LOST);
        assertThat(first.trouble()).contains("not renewed within PT8S", "answered 503");
        assertThat(Duration.ofNanos(first.nanosUntilOthers())).isEqualTo(Duration.ofSeconds(4));
        server.failing(call -> Fault.NONE);
        second.attempt();
        assertThat(second.standing()).isEqualTo(Standing.STANDBY);
        time.pass(Duration.ofSeconds(4));
        second.attempt();
        assertThat(second.standing()).isEqualTo(Standing.LEADER);
    }

    @Test
    void who_lost_once_stays_lost_and_leaves_the_lease_alone() {
        LeaderElector first = candidate("first");
        first.attempt();
        time.pass(TIMES.renewal());
        assertThat(first.standing()).isEqualTo(Standing.LOST);
        int before = server.requests().size();
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LOST);
        assertThat(server.requests()).hasSize(before);
    }

    @Test
    void a_renewal_that_was_stored_although_its_answer_was_lost_is_found_by_the_next_attempt() {
        LeaderElector first = quick("first");
        first.attempt();
        time.pass(TIMES.retry());
        server.failing(call -> call.method().equals("PUT") ? Fault.ANSWER_LOST : Fault.NONE);
        first.attempt();
        assertThat(first.trouble()).contains("did not answer PUT");
        server.failing(call -> Fault.NONE);
        time.pass(TIMES.retry());
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LEADER);
        assertThat(first.trouble()).isEmpty();
    }

    @Test
    void a_candidate_whose_first_lease_was_stored_although_its_answer_was_lost_leads_with_the_next_attempt() {
        LeaderElector first = quick("first");
        server.failing(call -> call.method().equals("POST") ? Fault.ANSWER_LOST : Fault.NONE);
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.STANDBY);
        server.failing(call -> Fault.NONE);
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LEADER);
    }

    @Test
    void an_api_server_that_never_answers_is_one_that_is_away() {
        LeaderElector first = quick("first");
        first.attempt();
        server.failing(call -> Fault.SILENT);
        first.attempt();
        assertThat(first.trouble()).contains("did not answer GET");
        time.pass(TIMES.renewal());
        assertThat(first.standing()).isEqualTo(Standing.LOST);
    }

    @Test
    void a_refused_token_does_not_make_a_leader_and_says_so() {
        LeaderElector first = candidate("first");
        server.requireToken("another");
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.STANDBY);
        assertThat(first.trouble()).contains("answered 401", "token was refused");
        time.pass(TIMES.lease());
        assertThat(first.inContact()).isFalse();
    }

    @Test
    void a_leader_whose_lease_was_given_to_another_ends_at_once() {
        LeaderElector first = candidate("first");
        first.attempt();
        hold("other", 12, "2026-03-01T12:00:00.000000Z");
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LOST);
        assertThat(first.trouble()).isEqualTo("other has it");
        assertThat(spec("holderIdentity")).isEqualTo("other");
    }

    @Test
    void a_lease_that_is_given_back_is_taken_without_waiting() {
        LeaderElector first = candidate("first");
        LeaderElector second = candidate("second");
        first.attempt();
        second.attempt();
        first.resign();
        assertThat(first.standing()).isEqualTo(Standing.LOST);
        second.attempt();
        assertThat(second.standing()).isEqualTo(Standing.LEADER);
        assertThat(spec("leaseTransitions")).isEqualTo("1");
    }

    @Test
    void who_does_not_hold_the_lease_gives_nothing_back() {
        LeaderElector first = candidate("first");
        LeaderElector second = candidate("second");
        first.attempt();
        second.attempt();
        second.resign();
        assertThat(spec("holderIdentity")).isEqualTo("first");
        assertThat(second.standing()).isEqualTo(Standing.STANDBY);
    }

    @Test
    void what_others_wrote_into_the_object_stays() {
        server.putLease(
                "shop",
                "sluice",
                Map.of("holderIdentity", "", "leaseDurationSeconds", 1, "strategy", "OldestEmulationVersion"));
        LeaderElector first = candidate("first");
        first.attempt();
        assertThat(first.standing()).isEqualTo(Standing.LEADER);
        assertThat(spec("strategy")).isEqualTo("OldestEmulationVersion");
    }

    @Test
    void times_that_would_let_two_lead_are_refused() {
        assertThatThrownBy(() -> new ElectionTimes(Duration.ofSeconds(8), Duration.ofSeconds(8), Duration.ofSeconds(2)))
                .hasMessageContaining("renew-deadline must be shorter than sluice.leader-election.lease-duration");
        assertThatThrownBy(
                        () -> new ElectionTimes(Duration.ofSeconds(12), Duration.ofSeconds(8), Duration.ofSeconds(4)))
                .hasMessageContaining("retry-period must be positive and shorter than half");
        assertThatThrownBy(() ->
                        new ElectionTimes(Duration.ofMillis(1_500), Duration.ofSeconds(1), Duration.ofMillis(100)))
                .hasMessageContaining("whole seconds");
    }

    private void hold(String holder, int seconds, String renewed) {
        server.putLease(
                "shop",
                "sluice",
                Map.of("holderIdentity", holder, "leaseDurationSeconds", seconds, "renewTime", renewed));
    }

    private String spec(String field) {
        return server.lease("shop", "sluice")
                .orElseThrow()
                .path("spec")
                .path(field)
                .asText();
    }

    private LeaderElector candidate(String identity) {
        return elector(identity, leases());
    }

    /** One that waits only briefly for answers that never come. */
    private LeaderElector quick(String identity) {
        return elector(identity, leases(Duration.ofMillis(1_500)));
    }

    private LeaderElector elector(String identity, Leases leases) {
        return new LeaderElector(leases, identity, TIMES, time, Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private Leases leases() {
        return leases(REQUEST_LIMIT);
    }

    private Leases leases(Duration limit) {
        return new KubernetesLeases(
                new KubernetesApi(server.uri(), server.serviceAccount(directory, "shop"), limit), "shop", "sluice");
    }

    /** Lets no candidate write before all have read. */
    private record ReadTogether(Leases leases, CyclicBarrier barrier) implements Leases {

        @Override
        public Optional<Lease> read() throws LeaseUnavailableException {
            Optional<Lease> found = leases.read();
            try {
                barrier.await(60, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new LeaseUnavailableException("the other one did not read", e);
            }
            return found;
        }

        @Override
        public Optional<Lease> create(Lease first) throws LeaseUnavailableException {
            return leases.create(first);
        }

        @Override
        public Optional<Lease> replace(Lease next) throws LeaseUnavailableException {
            return leases.replace(next);
        }
    }
}
