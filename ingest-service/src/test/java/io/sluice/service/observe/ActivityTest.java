package io.sluice.service.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ActivityTest {

    private static final Activity.Limits LIMITS = new Activity.Limits(Duration.ofMinutes(5), Duration.ofMinutes(30));

    private final AtomicLong now = new AtomicLong();
    private final Activity activity = new Activity(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private List<Step> hung() {
        return activity.stalls(LIMITS).stream().map(Activity.Stall::step).toList();
    }

    @Test
    void the_thread_that_runs_a_pipeline_is_hung_when_it_does_nothing_for_too_long() {
        activity.atWork(true);
        activity.begin();
        pass(Duration.ofMinutes(5));
        assertThat(hung()).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(hung()).containsExactly(Step.OWN);
        activity.leave(activity.enter(Step.STREAM_POLL));
        assertThat(hung()).isEmpty();
    }

    @Test
    void a_call_to_the_lake_may_take_longer_and_a_retry_begins_the_time_anew() {
        activity.atWork(true);
        activity.begin();
        Activity.Frame commit = activity.enter(Step.CUT_COMMIT);
        pass(Duration.ofMinutes(29));
        activity.progressed();
        pass(Duration.ofMinutes(29));
        assertThat(hung()).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(hung()).containsExactly(Step.CUT_COMMIT);
        activity.leave(commit);
        assertThat(hung()).isEmpty();
    }

    @Test
    void a_source_is_waited_for_without_limit() {
        activity.atWork(true);
        activity.begin();
        Activity.Frame request = activity.enter(Step.SOURCE_REQUEST);
        pass(Duration.ofHours(10));
        assertThat(hung()).isEmpty();
        assertThat(activity.waitingForSource()).isEqualTo(Duration.ofHours(10));
        activity.leave(request);
        assertThat(activity.waitingForSource()).isZero();
    }

    @Test
    void what_holds_still_on_purpose_is_not_hung_and_has_its_time_anew_afterwards() {
        activity.atWork(true);
        activity.begin();
        activity.atWork(false);
        pass(Duration.ofHours(1));
        assertThat(hung()).isEmpty();
        activity.atWork(true);
        pass(Duration.ofMinutes(4));
        assertThat(hung()).isEmpty();
        pass(Duration.ofMinutes(2));
        assertThat(hung()).containsExactly(Step.OWN);
        activity.end();
        assertThat(hung()).isEmpty();
    }

    @Test
    void a_thread_that_waits_for_another_one_is_not_the_one_that_hangs() throws Exception {
        activity.atWork(true);
        activity.begin();
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        Thread committer = new Thread(
                () -> {
                    Activity.Frame frame = activity.enter(Step.CUT_COMMIT);
                    entered.countDown();
                    try {
                        leave.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    activity.leave(frame);
                },
                "committer");
        committer.start();
        entered.await();
        pass(Duration.ofMinutes(31));
        assertThat(activity.stalls(LIMITS)).singleElement().satisfies(stall -> {
            assertThat(stall.step()).isEqualTo(Step.CUT_COMMIT);
            assertThat(stall.thread()).isEqualTo("committer");
            assertThat(stall.silence()).isEqualTo(Duration.ofMinutes(31));
            assertThat(stall.limit()).isEqualTo(Duration.ofMinutes(30));
        });
        leave.countDown();
        committer.join();
        assertThat(hung()).containsExactly(Step.OWN);
    }

    /** Real processor time: the thread computes for as long as it takes to be seen computing. */
    @Test
    void a_thread_that_computes_in_a_call_to_storage_is_not_hung() {
        activity.atWork(true);
        Activity.Frame write = activity.enter(Step.CHANGES_WRITE);
        pass(Duration.ofMinutes(20));
        assertThat(hung()).isEmpty();
        long until = ownCpu() + Duration.ofMillis(1_200).toNanos();
        long spun = 0;
        while (ownCpu() < until) {
            spun++;
        }
        assertThat(spun).isPositive();
        pass(Duration.ofMinutes(20));
        assertThat(hung()).isEmpty();
        pass(Duration.ofMinutes(31));
        assertThat(hung()).containsExactly(Step.CHANGES_WRITE);
        activity.leave(write);
    }

    private static long ownCpu() {
        return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void the_time_of_inner_steps_is_not_the_outer_ones() {
        Activity.Frame read = activity.enter(Step.CHUNK_READ);
        pass(Duration.ofSeconds(1));
        Activity.Frame take = activity.enter(Step.ROWS_TAKE);
        pass(Duration.ofSeconds(5));
        assertThat(activity.leave(take)).isEqualTo(Duration.ofSeconds(5).toNanos());
        pass(Duration.ofSeconds(1));
        assertThat(activity.leave(read)).isEqualTo(Duration.ofSeconds(2).toNanos());
        assertThat(activity.isKnown()).isFalse();
    }
}
