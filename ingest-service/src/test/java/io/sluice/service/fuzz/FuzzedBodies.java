package io.sluice.service.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Definitions of pipelines, and what becomes of them by accident or on purpose. */
final class FuzzedBodies {

    private static final List<String> TOKENS = List.of(
            "${",
            "${}",
            "${HOME}",
            "${HOME:-x}",
            "${file:/etc/passwd}",
            "${file:",
            "!!java.lang.Runtime",
            "!!binary |",
            "!!set {a}",
            "&a",
            "*a",
            "*nobody",
            "<<: *a",
            "---",
            "...",
            "%YAML 9.9",
            "%TAG ! x:",
            "\t",
            "\u0000",
            "\ufeff",
            "\u2028",
            "\ud83d\ude00",
            "? ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "#",
            "|",
            ">",
            "'",
            "\"",
            "\\u0000",
            "\\ud800",
            "null",
            "~",
            "true",
            "1e999999999",
            "-0",
            "0x1F",
            "0b1",
            "1_000",
            ".inf",
            ".nan",
            "99999999999999999999999999",
            "9999-99-99",
            "(a+)+$",
            "[a-",
            "(?<",
            "\\",
            ".*",
            "../../etc",
            "CASE WHEN",
            "SELECT",
            "1/0",
            "'; DROP TABLE x; --",
            "CAST(",
            "amount + ",
            "((((((((((",
            "\r\n",
            "\r");

    private static final List<Charset> ENCODINGS = List.of(
            StandardCharsets.UTF_16, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1, Charset.forName("UTF-32"));

    private static final int DEEPEST = 50_000;
    private static final int LONGEST = 300_000;

    private final List<String> valid;
    private final Random random;

    FuzzedBodies(List<String> valid, Random random) {
        this.valid = valid;
        this.random = random;
    }

    /** One of the definitions, mostly spoiled. */
    byte[] next() {
        byte[] body = pick(valid).getBytes(StandardCharsets.UTF_8);
        int rounds = random.nextInt(4);
        for (int i = 0; i < rounds; i++) {
            body = spoil(body);
        }
        return body;
    }

    /** A definition as it is. */
    byte[] untouched() {
        return pick(valid).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] spoil(byte[] body) {
        return switch (random.nextInt(16)) {
            case 0, 1, 2 -> flipped(body);
            case 3 -> Arrays.copyOf(body, at(body));
            case 4 -> inserted(body, random(1 + random.nextInt(20)));
            case 5, 6, 7, 8 -> inserted(body, pick(TOKENS).getBytes(StandardCharsets.UTF_8));
            case 9 -> replaced(body, pick(TOKENS).getBytes(StandardCharsets.UTF_8));
            case 10 -> inserted(body, Arrays.copyOfRange(body, 0, at(body)));
            case 11 -> removed(body);
            case 12 -> inserted(body, digits());
            case 13 -> rarely() ? deep() : inserted(body, random(3));
            case 14 -> rarely() ? bomb() : flipped(body);
            default -> rarely() ? recoded(body) : replaced(body, random(2));
        };
    }

    private boolean rarely() {
        return random.nextInt(3) == 0;
    }

    private byte[] flipped(byte[] body) {
        byte[] changed = body.clone();
        for (int i = 0; i <= random.nextInt(8) && changed.length > 0; i++) {
            changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return changed;
    }

    private byte[] inserted(byte[] body, byte[] what) {
        int place = at(body);
        return joined(Arrays.copyOf(body, place), what, Arrays.copyOfRange(body, place, body.length));
    }

    private byte[] replaced(byte[] body, byte[] what) {
        int from = at(body);
        int to = Math.min(body.length, from + 1 + random.nextInt(30));
        return joined(Arrays.copyOf(body, from), what, Arrays.copyOfRange(body, Math.max(from, to), body.length));
    }

    private byte[] removed(byte[] body) {
        return replaced(body, new byte[0]);
    }

    private byte[] digits() {
        byte[] digits = new byte[1 + random.nextInt(rarely() ? LONGEST : 60)];
        for (int i = 0; i < digits.length; i++) {
            digits[i] = (byte) ('0' + random.nextInt(10));
        }
        return digits;
    }

    private byte[] random(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private byte[] deep() {
        int depth = 1 + random.nextInt(DEEPEST);
        return pick(List.of("[", "{\"a\":", "{a: ", "- ", "? ", "&a [", "((", "'"))
                .repeat(depth)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Each level names the one before it several times. */
    private static byte[] bomb() {
        StringBuilder text = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int level = 1; level < 12; level++) {
            text.append("a%1$d: &a%1$d [*a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d, *a%2$d]%n"
                    .formatted(level, level - 1));
        }
        return text.append("pipeline: *a11\nsource: *a11\nsink: *a11\n")
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] recoded(byte[] body) {
        return new String(body, StandardCharsets.UTF_8).getBytes(pick(ENCODINGS));
    }

    private int at(byte[] body) {
        return random.nextInt(body.length + 1);
    }

    private <T> T pick(List<T> some) {
        return some.get(random.nextInt(some.size()));
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
