package io.sluice.snapshot.postgres;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what someone may have meant, by edit distance. */
final class NearNames {

    private static final int MOST = 3;

    private NearNames() {}

    /** Up to three of the names, nearest first, none of which differs in more than a third of its letters. */
    static List<String> of(String wanted, List<String> names) {
        String plain = wanted.replace("\\", "").toLowerCase(Locale.ROOT);
        return names.stream()
                .filter(name -> distance(plain, name.toLowerCase(Locale.ROOT)) <= Math.max(2, name.length() / 3))
                .sorted(Comparator.<String>comparingInt(name -> distance(plain, name.toLowerCase(Locale.ROOT)))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    /** Levenshtein's distance. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                row[j] = Math.min(Math.min(row[j - 1], above[j]) + 1, above[j - 1] + change);
            }
            above = row;
        }
        return above[b.length()];
    }
}
