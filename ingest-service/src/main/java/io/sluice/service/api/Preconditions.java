package io.sluice.service.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code If-Match} and {@code If-None-Match} of RFC 9110, sections 13.1.1 and 13.1.2, with strong comparison. */
final class Preconditions {

    private static final Pattern TAG = Pattern.compile("\\s*(W/)?\"([\\x21\\x23-\\x7E]*)\"\\s*");

    private Preconditions() {}

    /**
     * What must hold of the present revision, which is empty where there is none.
     *
     * @throws ProblemException when a header makes no sense
     */
    static Predicate<Optional<String>> of(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
        Predicate<Optional<String>> match = condition("If-Match", ifMatch);
        Predicate<Optional<String>> noneMatch = condition("If-None-Match", ifNoneMatch);
        return present -> (ifMatch == null || match.test(present)) && (ifNoneMatch == null || !noneMatch.test(present));
    }

    private static Predicate<Optional<String>> condition(String header, @Nullable String value) {
        if (value == null || value.strip().equals("*")) {
            return Optional::isPresent;
        }
        List<String> tags = new ArrayList<>();
        for (String part : value.split(",", -1)) {
            Matcher tag = TAG.matcher(part);
            if (!tag.matches()) {
                throw ProblemException.badRequest(
                        header + " is * or entity tags in double quotes, separated by commas.");
            }
            if (tag.group(1) == null) {
                tags.add(tag.group(2));
            }
        }
        return present -> present.isPresent() && tags.contains(present.get());
    }
}
