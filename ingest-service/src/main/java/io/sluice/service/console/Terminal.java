package io.sluice.service.console;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What the output goes to.
 *
 * @param isInteractive whether lines can be redrawn
 * @param width columns
 */
record Terminal(boolean isInteractive, int width) {

    private static final int DEFAULT_WIDTH = 100;
    private static final int MIN_WIDTH = 20;

    /** A file or a pipe. */
    static Terminal none() {
        return new Terminal(false, Integer.MAX_VALUE);
    }

    /** The process's own output. */
    static Terminal detect() {
        if (!isTerminal() || "dumb".equals(System.getenv("TERM"))) {
            return none();
        }
        return new Terminal(true, Math.max(MIN_WIDTH, columns()));
    }

    private static boolean isTerminal() {
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From 22 on there is a console without a terminal too, and a method that tells.
            Method method = java.io.Console.class.getMethod("isTerminal");
            return Boolean.TRUE.equals(method.invoke(console));
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static int columns() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
            if (stty.waitFor(1, TimeUnit.SECONDS) && size.matches("\\d+ [1-9]\\d*")) {
                return Integer.parseInt(size.substring(size.indexOf(' ') + 1));
            }
        } catch (IOException e) {
            return DEFAULT_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return DEFAULT_WIDTH;
    }
}
