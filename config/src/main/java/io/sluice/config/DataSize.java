package io.sluice.config;

import java.math.BigInteger;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {

    static final String PATTERN = "^[0-9]+ ?([kKmMgGtT][iI]?)?[bB]$";

    private static final Pattern TEXT = Pattern.compile("([0-9]{1,18}) ?((?:[kKmMgGtT][iI]?)?[bB])");
    private static final List<Unit> LARGEST_FIRST = List.of(
            new Unit("TiB", 1L << 40),
            new Unit("TB", 1_000_000_000_000L),
            new Unit("GiB", 1L << 30),
            new Unit("GB", 1_000_000_000L),
            new Unit("MiB", 1L << 20),
            new Unit("MB", 1_000_000L),
            new Unit("KiB", 1L << 10),
            new Unit("KB", 1_000L),
            new Unit("B", 1L));

    private record Unit(String name, long factor) {}

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("A size is not negative: " + bytes);
        }
    }

    /**
     * Parses a whole number with its unit: {@code 512B}, {@code 64MB} (decimal, 10^6 bytes), {@code 1GiB} (binary, 2^30
     * bytes). Upper and lower case are the same.
     *
     * @throws IllegalArgumentException when it is not written so, or is more than 2^63 - 1 bytes
     */
    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "is not a size: write a whole number and its unit, such as 64MB or 1GiB");
        }
        BigInteger bytes = new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(factor(matcher.group(2))));
        if (bytes.bitLength() > 63) {
            throw new IllegalArgumentException("is a size of more than 2^63 - 1 bytes");
        }
        return new DataSize(bytes.longValueExact());
    }

    private static long factor(String name) {
        return LARGEST_FIRST.stream()
                .filter(unit -> unit.name.equalsIgnoreCase(name))
                .findFirst()
                .orElseThrow()
                .factor;
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The number of bytes with the largest unit that needs no fraction; {@link #parse} reads it back. */
    @Override
    public String toString() {
        for (Unit unit : LARGEST_FIRST) {
            if (bytes >= unit.factor && bytes % unit.factor == 0) {
                return bytes / unit.factor + unit.name;
            }
        }
        return "0B";
    }
}
