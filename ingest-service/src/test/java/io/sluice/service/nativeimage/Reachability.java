package io.sluice.service.nativeimage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * What a builder of native images is told by all the metadata in some jars: the application's own, what Quarkus made of the
 * application, and what libraries bring. Conditions are taken for met.
 */
final class Reachability {

    private static final String FOLDER = "META-INF/native-image/";

    private final Map<String, Set<String>> members = new HashMap<>();
    private final Map<String, Set<String>> all = new HashMap<>();
    private final Set<String> proxies = new HashSet<>();
    private final Set<Pattern> resources = new HashSet<>();

    static Reachability of(List<Path> jars) throws IOException {
        Reachability reachability = new Reachability();
        ObjectMapper json = new ObjectMapper();
        for (Path path : jars) {
            try (JarFile jar = new JarFile(path.toFile())) {
                for (JarEntry entry : jar.stream().toList()) {
                    if (entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".json")) {
                        try (InputStream in = jar.getInputStream(entry)) {
                            reachability.add(
                                    entry.getName().substring(entry.getName().lastIndexOf('/') + 1), json.readTree(in));
                        }
                    }
                }
            }
        }
        return reachability;
    }

    private void add(String file, JsonNode content) {
        switch (file) {
            case "reflect-config.json", "jni-config.json" -> content.forEach(this::type);
            case "proxy-config.json" ->
                content.forEach(proxy -> proxies.add(names(proxy.isArray() ? proxy : proxy.path("interfaces"))));
            case "resource-config.json" -> {
                JsonNode includes = content.path("resources");
                (includes.isArray() ? includes : includes.path("includes"))
                        .forEach(include -> pattern(include.path("pattern").asText()));
            }
            case "reachability-metadata.json" -> {
                content.path("reflection").forEach(this::type);
                content.path("resources")
                        .forEach(resource ->
                                resources.add(glob(resource.path("glob").asText())));
            }
            default -> {}
        }
    }

    private void type(JsonNode entry) {
        JsonNode type = entry.has("type") ? entry.get("type") : entry.path("name");
        if (type.isObject()) {
            proxies.add(names(type.path("proxy")));
            return;
        }
        Set<String> own = members.computeIfAbsent(type.asText(), name -> new HashSet<>());
        entry.path("methods")
                .forEach(method ->
                        own.add(method.path("name").asText() + "(" + names(method.path("parameterTypes")) + ")"));
        entry.path("fields").forEach(field -> own.add(field.path("name").asText()));
        entry.fields().forEachRemaining(field -> {
            if (field.getKey().startsWith("all") && field.getValue().asBoolean()) {
                all.computeIfAbsent(type.asText(), name -> new TreeSet<>()).add(field.getKey());
            }
        });
    }

    private static String names(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(","));
    }

    private void pattern(String text) {
        int module = text.indexOf(':');
        resources.add(Pattern.compile(module < 0 ? text : text.substring(module + 1)));
    }

    /** {@code *} within a folder, {@code **} over folders. */
    private static Pattern glob(String glob) {
        StringBuilder pattern = new StringBuilder();
        for (String part : glob.split("(?=\\*\\*)|(?<=\\*\\*)", -1)) {
            pattern.append(part.equals("**") ? ".*" : files(part));
        }
        return Pattern.compile(pattern.toString());
    }

    private static String files(String glob) {
        return java.util.Arrays.stream(glob.split("\\*", -1))
                .map(Pattern::quote)
                .collect(Collectors.joining("[^/]*"));
    }

    /** Whether an image finds it. A class that is named at all tells of its members; only their use has to be named. */
    boolean covers(Lookup lookup) {
        String name = lookup.name();
        return switch (lookup.kind()) {
            case TYPE -> members.containsKey(name);
            case METHOD ->
                has(lookup, lookup.member().startsWith("<init>") ? "DeclaredConstructors" : "DeclaredMethods");
            case FIELD -> has(lookup, "DeclaredFields");
            case PROXY -> proxies.contains(name);
            case RESOURCE ->
                resources.stream().anyMatch(pattern -> pattern.matcher(name).matches());
            case SERIALIZATION -> false;
        };
    }

    private boolean has(Lookup lookup, String bulk) {
        return members.getOrDefault(lookup.name(), Set.of()).contains(lookup.member())
                || all.getOrDefault(lookup.name(), Set.of()).contains("all" + bulk);
    }
}
