package io.sluice.testkit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    /** Says hello, then lives until its standard input or the process ends. */
    public static final class Waiting {
        public static void main(String[] arguments) throws Exception {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("goodbye")));
            System.out.println(
                    "hello " + arguments[0] + " " + System.getProperty("mood") + " " + System.getenv("PLACE"));
            Files.createFile(Path.of("was-here-" + ProcessHandle.current().pid()));
            System.out.println("ready");
            Thread.currentThread().join();
        }
    }

    /** Counts, without end. */
    public static final class Counting {
        public static void main(String[] arguments) throws Exception {
            for (long count = 0; true; count++) {
                System.out.println("count " + count);
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
    }

    @Test
    void a_suspended_child_does_nothing_until_it_is_resumed() {
        try (ChildProcess child = ChildProcess.of(Counting.class).start()) {
            child.awaitLine("count 3", LIMIT);
            child.suspend();
            Awaitility.await().atMost(LIMIT).until(() -> {
                int before = child.output().size();
                Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
                return child.output().size() == before;
            });
            assertThat(child.isAlive()).isTrue();
            int stood = child.output().size();
            child.resume();
            child.awaitLine("count " + (stood + 5) + "$", LIMIT);
        }
    }

    /** Ends at once. */
    public static final class Ending {
        public static void main(String[] arguments) {
            System.err.println("no luck");
            System.exit(3);
        }
    }

    @Test
    void a_killed_child_says_no_goodbye_and_can_be_started_again() throws Exception {
        try (ChildProcess child = ChildProcess.of(Waiting.class)
                .jvmOptions("-Dmood=fine", "-Xmx64m")
                .arguments("two words")
                .environment("PLACE", "here")
                .directory(directory)
                .start()) {
            assertThat(child.awaitLine("hello (.*)", LIMIT).group(1)).isEqualTo("two words fine here");
            child.awaitLine("ready", LIMIT);
            long first = child.pid();
            assertThatThrownBy(child::restart).isInstanceOf(IllegalStateException.class);

            child.kill();

            assertThat(child.isAlive()).isFalse();
            assertThat(child.awaitExit(LIMIT)).isNotZero();
            assertThat(child.output()).doesNotContain("goodbye");
            child.restart();
            child.awaitLine("ready", LIMIT);
            assertThat(child.pid()).isNotEqualTo(first);
            try (var files = Files.list(directory)) {
                assertThat(files).hasSize(2);
            }
            child.terminate();
            child.awaitLine("goodbye", LIMIT);
            assertThat(child.awaitExit(LIMIT)).isEqualTo(143);
        }
    }

    @Test
    void waiting_for_a_line_ends_with_the_child() {
        try (ChildProcess child = ChildProcess.of(Ending.class).start()) {
            assertThatThrownBy(() -> child.awaitLine("ready", LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("ended")
                    .hasMessageContaining("no luck");
            assertThat(child.awaitExit(LIMIT)).isEqualTo(3);
        }
    }
}
