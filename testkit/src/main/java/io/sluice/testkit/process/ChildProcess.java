package io.sluice.testkit.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Java main class running in a JVM of its own, with this JVM's class path unless told otherwise, whose output is read line by line, error
 * output included. It can be killed at any moment and started again. Methods may be called by any thread; the child
 * dies with this JVM.
 */
public final class ChildProcess implements AutoCloseable {

    private static final int LINES_IN_MESSAGES = 40;
    private static final Duration KILL_LIMIT = Duration.ofSeconds(20);

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path directory;
    private final Thread shutdownHook = new Thread(() -> running().destroyForcibly(), "child-killer");

    /** Guards all that follows; notified at each line and at the end of the output. */
    private final Object lock = new Object();

    private final List<String> output = new ArrayList<>();
    private boolean outputEnded;
    private Process process;

    private ChildProcess(Builder builder) {
        this.command = builder.command();
        this.environment = Map.copyOf(builder.environment);
        this.directory = builder.directory;
        this.process = launch();
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    /** A child that runs a class's {@code main} method. */
    public static Builder of(Class<?> mainClass) {
        return new Builder(mainClass.getName());
    }

    /** A child that runs a class's {@code main} method. */
    public static Builder of(String mainClass) {
        return new Builder(mainClass);
    }

    /** A child that runs an executable jar, such as a packaged service. */
    public static Builder ofJar(Path jar) {
        return new Builder("-jar", jar.toAbsolutePath().toString());
    }

    /** What to start; not thread-safe. */
    public static final class Builder {

        private final List<String> program;
        private final List<String> jvmOptions = new ArrayList<>();
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> environment = new HashMap<>();
        private Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        private Path directory = Path.of("").toAbsolutePath();
        // Surefire's own class path is one jar that points to the others.
        private String classPath =
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

        private Builder(String... program) {
            this.program = List.of(program);
        }

        /** Adds options such as {@code -Xmx256m} or {@code -Dname=value}. */
        public Builder jvmOptions(String... options) {
            jvmOptions.addAll(List.of(options));
            return this;
        }

        /** Adds arguments of the main method. */
        public Builder arguments(String... values) {
            arguments.addAll(List.of(values));
            return this;
        }

        /** Sets an environment variable over those of this JVM. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** The program {@code java} of another JDK; this JVM's unless set. */
        public Builder java(Path program) {
            java = program;
            return this;
        }

        /** The working directory; this JVM's unless set. */
        public Builder directory(Path path) {
            directory = path;
            return this;
        }

        /** The class path, in place of this JVM's. */
        public Builder classPath(String entries) {
            classPath = entries;
            return this;
        }

        /** Starts the child. */
        public ChildProcess start() {
            return new ChildProcess(this);
        }

        private List<String> command() {
            List<String> command = new ArrayList<>();
            command.add(java.toString());
            command.addAll(compiler());
            command.addAll(jvmOptions);
            if (!program.get(0).equals("-jar")) {
                command.add("@" + classPathFile());
            }
            command.addAll(program);
            command.addAll(arguments);
            return command;
        }

        /** This JVM's choice of compilers: a child lives no longer than the test. */
        private static List<String> compiler() {
            return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(argument -> argument.startsWith("-XX:TieredStopAtLevel="))
                    .toList();
        }

        /** A file, because a long class path does not fit a command line. */
        private Path classPathFile() {
            try {
                Path file = Files.createTempFile("child-class-path", ".txt");
                file.toFile().deleteOnExit();
                Files.writeString(
                        file,
                        "-cp \"" + classPath.replace("\\", "\\\\").replace("\"", "\\\"") + "\"",
                        StandardCharsets.UTF_8);
                return file;
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot write the child's class path", e);
            }
        }
    }

    /** The operating system's number of the process. */
    public long pid() {
        return running().pid();
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return running().isAlive();
    }

    /** The lines written since the last start. */
    public List<String> output() {
        synchronized (lock) {
            return List.copyOf(output);
        }
    }

    /**
     * Waits until a line written since the last start contains a match.
     *
     * @return the first match
     * @throws AssertionError when the child ends or the time is over before; with the last lines of the output
     */
    public Matcher awaitLine(String regex, Duration limit) {
        Pattern pattern = Pattern.compile(regex);
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (lock) {
            int seen = 0;
            while (true) {
                for (; seen < output.size(); seen++) {
                    Matcher matcher = pattern.matcher(output.get(seen));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (outputEnded || left <= 0) {
                    throw new AssertionError("The child " + (outputEnded ? "ended" : "took longer than " + limit)
                            + " without a line that matches " + regex + lastLines());
                }
                waitForOutput(left);
            }
        }
    }

    /**
     * Waits until the child has ended by itself and all its output is read.
     *
     * @return its exit code
     * @throws AssertionError when it has not in time; with the last lines of the output
     */
    public int awaitExit(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (lock) {
            while (!outputEnded) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left <= 0) {
                    throw new AssertionError("The child has not ended within " + limit + lastLines());
                }
                waitForOutput(left);
            }
        }
        return exitCode(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
    }

    /** Asks the child to end, as {@code kill} does; shutdown hooks run. */
    public void terminate() {
        // Not destroy() of the process itself, which would close its output unread.
        running().toHandle().destroy();
    }

    /** Kills the child with SIGKILL and waits until it is gone; nothing of it runs any more. */
    public void kill() {
        running().toHandle().destroyForcibly();
        exitCode(KILL_LIMIT);
    }

    /** Stops the child with SIGSTOP: it keeps its connections and locks and does nothing until {@link #resume}. */
    public void suspend() {
        signal("STOP");
    }

    /** Lets a suspended child go on, with SIGCONT, as if no time had passed. */
    public void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            Process sent = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                    .inheritIO()
                    .start();
            if (sent.waitFor() != 0) {
                throw new IllegalStateException("Signal " + name + " could not be sent to process " + pid());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot send signal " + name, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending signal " + name, e);
        }
    }

    /**
     * Starts the child again with the same command; the output begins anew.
     *
     * @throws IllegalStateException when it still runs
     */
    public void restart() {
        synchronized (lock) {
            if (process.isAlive()) {
                throw new IllegalStateException("The child runs; kill it before it is started again");
            }
            while (!outputEnded) {
                waitForOutput(KILL_LIMIT.toMillis());
            }
            output.clear();
            outputEnded = false;
            process = launch();
        }
    }

    /** Kills the child when it runs. */
    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(shutdownHook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs and finds the child dead.
            return;
        }
    }

    private Process launch() {
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process started = builder.start();
            Thread reader = new Thread(() -> read(started), "output-of-child-" + started.pid());
            reader.setDaemon(true);
            reader.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start " + command.get(0), e);
        }
    }

    private void read(Process started) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                synchronized (lock) {
                    output.add(line);
                    lock.notifyAll();
                }
            }
        } catch (IOException e) {
            // The pipe breaks when the child is killed; what was read before stays.
            synchronized (lock) {
                output.add("(the output broke off: " + e.getMessage() + ")");
            }
        } finally {
            synchronized (lock) {
                outputEnded = true;
                lock.notifyAll();
            }
        }
    }

    private Process running() {
        synchronized (lock) {
            return process;
        }
    }

    private int exitCode(Duration limit) {
        Process ending = running();
        try {
            if (!ending.waitFor(limit.toMillis() + 1, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("Process " + ending.pid() + " has not ended within " + limit);
            }
            return ending.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a child", e);
        }
    }

    private void waitForOutput(long millis) {
        try {
            lock.wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a child's output", e);
        }
    }

    private String lastLines() {
        int from = Math.max(0, output.size() - LINES_IN_MESSAGES);
        return "; its last lines:\n  " + String.join("\n  ", output.subList(from, output.size()));
    }
}
