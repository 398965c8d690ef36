package io.sluice.service.manifest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Files of objects in YAML. */
final class YamlFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private YamlFiles() {}

    /** The objects of a file. */
    static List<ObjectNode> read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The objects of a text; duplicate keys are refused. */
    static List<ObjectNode> parse(String label, String text) {
        LoadSettings settings = LoadSettings.builder()
                .setLabel(label)
                .setAllowDuplicateKeys(false)
                .build();
        List<ObjectNode> objects = new ArrayList<>();
        for (Object document : new Load(settings).loadAllFromString(text)) {
            if (!(JSON.valueToTree(document) instanceof ObjectNode object)) {
                throw new IllegalArgumentException(label + " has a document that is no object");
            }
            objects.add(object);
        }
        return objects;
    }

    /** The one object of a file. */
    static ObjectNode one(Path file) {
        List<ObjectNode> objects = read(file);
        if (objects.size() != 1) {
            throw new IllegalArgumentException(file + " has " + objects.size() + " documents instead of 1");
        }
        return objects.get(0);
    }
}
