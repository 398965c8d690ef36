package io.sluice.service.nativeimage;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The metadata that traced runs ask for beyond what is written by hand, as a file that grows with each run. */
final class TracedMetadata {

    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, TreeSet<String>> types = new TreeMap<>();
    private final TreeSet<String> proxies = new TreeSet<>();
    private final TreeSet<String> resources = new TreeSet<>();

    /** Adds what is missing to a file, in order. */
    static void add(Path file, Collection<Lookup> missing) throws IOException {
        TracedMetadata metadata = new TracedMetadata();
        if (Files.exists(file)) {
            metadata.read(file);
        }
        missing.forEach(metadata::add);
        metadata.write(file);
    }

    private void add(Lookup lookup) {
        switch (lookup.kind()) {
            case TYPE -> types.computeIfAbsent(lookup.name(), name -> new TreeSet<>());
            case METHOD, FIELD ->
                types.computeIfAbsent(lookup.name(), name -> new TreeSet<>()).add(lookup.member());
            case PROXY -> proxies.add(lookup.name());
            case RESOURCE -> resources.add(lookup.name());
            case SERIALIZATION -> throw new IllegalStateException("Nothing is to be serialized: " + lookup.text());
        }
    }

    private void read(Path file) throws IOException {
        JsonNode root = json.readTree(file.toFile());
        for (JsonNode entry : root.path("reflection")) {
            if (entry.path("type").isObject()) {
                proxies.add(joined(entry.path("type").path("proxy")));
                continue;
            }
            TreeSet<String> members = types.computeIfAbsent(entry.path("type").asText(), name -> new TreeSet<>());
            for (JsonNode method : entry.path("methods")) {
                members.add(method.path("name").asText() + "(" + joined(method.path("parameterTypes")) + ")");
            }
            entry.path("fields").forEach(field -> members.add(field.path("name").asText()));
        }
        root.path("resources")
                .forEach(resource -> resources.add(resource.path("glob").asText()));
    }

    private static String joined(JsonNode list) {
        StringBuilder text = new StringBuilder();
        list.forEach(one -> text.append(text.length() == 0 ? "" : ",").append(one.asText()));
        return text.toString();
    }

    private void write(Path file) throws IOException {
        ObjectNode root = json.createObjectNode();
        ArrayNode reflection = root.putArray("reflection");
        types.forEach((type, members) -> type(reflection.addObject(), type, members));
        for (String proxy : proxies) {
            ArrayNode interfaces = reflection.addObject().putObject("type").putArray("proxy");
            for (String one : proxy.split(",", -1)) {
                interfaces.add(one);
            }
        }
        ArrayNode globs = root.putArray("resources");
        resources.forEach(resource -> globs.addObject().put("glob", resource));
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        ObjectWriter writer = json.writer(printer);
        Files.createDirectories(file.getParent());
        Files.writeString(file, writer.writeValueAsString(root) + "\n");
    }

    private static void type(ObjectNode entry, String type, TreeSet<String> members) {
        entry.put("type", type);
        for (String member : members) {
            int bracket = member.indexOf('(');
            if (bracket < 0) {
                entry.withArray("/fields").addObject().put("name", member);
            } else {
                ObjectNode method = entry.withArray("/methods").addObject();
                method.put("name", member.substring(0, bracket));
                ArrayNode parameters = method.putArray("parameterTypes");
                JavaNames.parameters(member).forEach(parameters::add);
            }
        }
    }
}
