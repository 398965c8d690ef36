package io.sluice.service.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens that a file lists by their hashes, a line each: {@code name role sha256:<64 hexadecimal digits>}; blank lines and
 * lines that begin with {@code #} are nothing. The file is read again when it changes, so a token is withdrawn by taking
 * its line out. Safe for use by several threads.
 *
 * <p>A token is 256 random bits, so a plain hash of it cannot be guessed back, and comparing hashes tells nothing by the
 * time it takes.
 */
public final class ApiTokens {

    /** What every token begins with. */
    public static final String PREFIX = "sluice_";

    private static final int RANDOM_BYTES = 32;
    private static final Pattern LINE = Pattern.compile("(\\S+)\\s+(\\S+)\\s+sha256:([0-9a-f]{64})");

    private final Path file;
    private volatile Listed listed;

    /** What the file said when it was last read. */
    private record Listed(String text, Map<String, Caller> byHash) {}

    /**
     * Reads the file.
     *
     * @throws IllegalArgumentException when it cannot be read or a line makes no sense
     */
    public ApiTokens(Path file) {
        this.file = file;
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            this.listed = new Listed(text, parse(file, text));
        } catch (IOException e) {
            throw new IllegalArgumentException("The file of API tokens " + file + " cannot be read: " + e, e);
        }
    }

    /** Whose token this is. */
    public Optional<Caller> find(String token) {
        return Optional.ofNullable(refreshed().byHash().get(hash(token)));
    }

    /** A file that is gone or wrong lets nobody in. */
    private Listed refreshed() {
        Listed now = listed;
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            if (!text.equals(now.text())) {
                now = new Listed(text, parse(file, text));
                listed = now;
            }
            return now;
        } catch (IOException | IllegalArgumentException e) {
            return new Listed("", Map.of());
        }
    }

    private static Map<String, Caller> parse(Path file, String text) {
        Map<String, Caller> byHash = new HashMap<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            Matcher matcher = LINE.matcher(line.strip());
            Optional<Role> role = matcher.matches() ? Role.of(matcher.group(2)) : Optional.empty();
            if (role.isEmpty()) {
                // Not the line itself, in which somebody may have put a token.
                throw new IllegalArgumentException("Line " + number + " of the file of API tokens " + file
                        + " is not 'name viewer|operator|admin sha256:…'; 'sluice token' makes such lines.");
            }
            byHash.put(matcher.group(3), new Caller(matcher.group(1), role.get()));
        }
        return byHash;
    }

    /** A new token, which nobody can guess. */
    public static String generate() {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** The line of the file for a token. */
    public static String line(Caller caller, String token) {
        return caller.name() + " " + caller.role().roleName() + " sha256:" + hash(token);
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }
}
