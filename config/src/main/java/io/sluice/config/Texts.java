package io.sluice.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The kinds of text that the vocabulary is made of. */
final class Texts {

    private static final List<String> CATALOGS = List.of("jdbc", "rest", "hadoop", "glue", "hive", "nessie");
    private static final List<String> PARTITION_TRANSFORMS = List.of(
            "year", "years", "month", "months", "day", "days", "hour", "hours", "bucket", "truncate", "identity");
    private static final Pattern CALL = Pattern.compile("([^()]*)\\((.*)\\)");

    private Texts() {}

    /** Any text that is not blank. */
    static TextType<String> any(String expected) {
        return shown(expected, Optional.empty(), List.of(), Function.identity());
    }

    /** A text whose value no message may repeat. */
    static TextType<Secret> secret(String expected) {
        return new TextType<>(expected, Optional.empty(), List.of(), Secret::of, TextType.Display.HIDDEN);
    }

    /** A text of one form. */
    static TextType<String> like(String expected, String pattern) {
        Pattern compiled = Pattern.compile(pattern);
        return shown(expected, Optional.of(pattern), List.of(), text -> {
            if (!compiled.matcher(text).matches()) {
                throw new IllegalArgumentException("is not " + expected);
            }
            return text;
        });
    }

    /** One of an enum's constants, in lower case and with dashes. */
    static <E extends Enum<E>> TextType<E> oneOf(Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        List<String> names = constants.stream().map(Texts::written).toList();
        String all = String.join(", ", names);
        return shown("one of " + all, Optional.empty(), names, text -> {
            int index = names.indexOf(text);
            if (index < 0) {
                throw new IllegalArgumentException("is not one of " + all);
            }
            return constants.get(index);
        });
    }

    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static TextType<Duration> duration(String least, String most) {
        Duration from = DurationText.parse(least);
        Duration to = DurationText.parse(most);
        return shown("a duration such as 10s", Optional.of(DurationText.PATTERN), List.of(), text -> {
            Duration duration = DurationText.parse(text);
            if (duration.compareTo(from) < 0 || duration.compareTo(to) > 0) {
                throw new IllegalArgumentException("is out of range: expected " + least + " to " + most);
            }
            return duration;
        });
    }

    static TextType<DataSize> size(String least) {
        DataSize from = DataSize.parse(least);
        return shown("a size such as 64MB", Optional.of(DataSize.PATTERN), List.of(), text -> {
            DataSize size = DataSize.parse(text);
            if (size.compareTo(from) < 0) {
                throw new IllegalArgumentException("is out of range: expected " + least + " or more");
            }
            return size;
        });
    }

    static TextType<Path> path() {
        return shown("a path", Optional.empty(), List.of(), text -> {
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException("is not a path: " + e.getReason(), e);
            }
        });
    }

    static TextType<TablePattern> table() {
        return shown("a table such as public.orders", Optional.empty(), List.of(), TablePattern::parse);
    }

    static TextType<String> catalogType() {
        String pattern =
                "^(" + String.join("|", CATALOGS) + "|[A-Za-z_$][A-Za-z0-9_$]*(\\.[A-Za-z_$][A-Za-z0-9_$]*)+)$";
        String expected = "one of " + String.join(", ", CATALOGS) + ", or the full name of a class";
        return shown(expected, Optional.of(pattern), CATALOGS, text -> {
            if (!text.matches(pattern)) {
                throw new IllegalArgumentException("is not " + expected);
            }
            return text;
        });
    }

    /** One of Iceberg's partition transforms. Whether its column exists is known only when the source is. */
    static TextType<String> partitionKey() {
        return shown("a partition key such as day(created_at)", Optional.empty(), List.of(), text -> {
            var call = CALL.matcher(text);
            if (!call.matches()) {
                if (text.indexOf('(') >= 0 || text.indexOf(')') >= 0) {
                    throw new IllegalArgumentException("has parentheses that do not match");
                }
                return text;
            }
            String function = call.group(1).strip();
            if (!PARTITION_TRANSFORMS.contains(function.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException("is not a column or one of year, month, day, hour (column), "
                        + "bucket, truncate (number, column)"
                        + NearestName.of(function, PARTITION_TRANSFORMS)
                                .map(name -> "; did you mean '" + name + "'?")
                                .orElse(""));
            }
            if (call.group(2).isBlank()) {
                throw new IllegalArgumentException("names no column in its parentheses");
            }
            return text;
        });
    }

    private static <T> TextType<T> shown(
            String expected, Optional<String> pattern, List<String> choices, Function<String, T> parser) {
        return new TextType<>(expected, pattern, choices, parser, TextType.Display.SHOWN);
    }
}
