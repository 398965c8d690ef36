package io.sluice.config;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.CollectionNode;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** Turns text into YAML's nodes: one document of a bearable size, with the line and column of everything in it. */
final class YamlTree {

    /** In characters; a pipeline of a thousand tables has a tenth of it. */
    static final int MAX_LENGTH = 1 << 20;

    /** How deep sections and lists may be nested; the vocabulary needs five. */
    static final int MAX_DEPTH = 32;

    /** How many nodes a document may have when every alias is written out. */
    static final int MAX_NODES = 100_000;

    private final String text;
    private final Problems problems;
    private final LoadSettings settings = LoadSettings.builder()
            .setSchema(new CoreSchema())
            .setAllowNonScalarKeys(true)
            .build();

    private YamlTree(String text, Problems problems) {
        this.text = text;
        this.problems = problems;
    }

    /** The document's root; empty when there is none to be had, which is then among the problems. */
    static Optional<Node> parse(String yaml, Problems problems) {
        String text = yaml.startsWith("\uFEFF") ? yaml.substring(1) : yaml;
        if (text.length() > MAX_LENGTH) {
            problems.add(Place.START, "the file has more than " + MAX_LENGTH + " characters");
            return Optional.empty();
        }
        return new YamlTree(text, problems).parse();
    }

    private Optional<Node> parse() {
        try {
            if (!eventsAreBearable()) {
                return Optional.empty();
            }
            Optional<Node> root = new Composer(settings, parser()).getSingleNode();
            if (root.isEmpty() || Reading.isEmpty(root.get())) {
                problems.add(Place.START, "the file is empty: expected the sections pipeline, source and sink");
                return Optional.empty();
            }
            return nodesAreBearable(root.get()) ? root : Optional.empty();
        } catch (MarkedYamlEngineException e) {
            // Not the exception's own message: it quotes the line, which may hold a password.
            problems.add(Place.of(e.getProblemMark().or(e::getContextMark)), syntaxMessage(e));
        } catch (ReaderException e) {
            problems.add(
                    placeOf(e.getPosition()),
                    String.format("the character U+%04X is not allowed in YAML", e.getCodePoint()));
        } catch (YamlEngineException e) {
            problems.add(Place.START, "this is not YAML that can be read: too many aliases, or an unknown feature");
        }
        return Optional.empty();
    }

    private ParserImpl parser() {
        return new ParserImpl(settings, new StreamReader(settings, text));
    }

    private static String syntaxMessage(MarkedYamlEngineException e) {
        String problem = e.getProblem() == null ? "" : e.getProblem();
        if (problem.contains("TAB")) {
            return "this is not YAML: a tab cannot indent a line or begin a value; use spaces";
        }
        String context = e.getContext() == null ? "" : e.getContext() + ", ";
        return "this is not YAML: " + context + problem;
    }

    private Place placeOf(int codePoints) {
        int line = 1;
        int column = 1;
        int at = Math.min(
                text.offsetByCodePoints(0, Math.min(codePoints, text.codePointCount(0, text.length()))), text.length());
        for (int i = 0; i < at; i++) {
            boolean newLine = text.charAt(i) == '\n';
            line += newLine ? 1 : 0;
            column = newLine ? 1 : column + 1;
        }
        return new Place("", line, column);
    }

    /** Looks at the flat events first, because composing nodes goes as deep into the stack as the text is nested. */
    private boolean eventsAreBearable() {
        ParserImpl events = parser();
        int depth = 0;
        int documents = 0;
        while (events.hasNext()) {
            Event event = events.next();
            switch (event.getEventId()) {
                case DocumentStart -> documents++;
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > MAX_DEPTH) {
                problems.add(
                        Place.of(event.getStartMark()), "sections are nested more than " + MAX_DEPTH + " deep here");
                return false;
            }
            if (documents > 1) {
                problems.add(
                        Place.of(event.getStartMark()), "a second document begins here: write one pipeline to a file");
                return false;
            }
        }
        return true;
    }

    private boolean nodesAreBearable(Node root) {
        Set<Node> open = new HashSet<>();
        Map<Node, Long> counts = new IdentityHashMap<>();
        long nodes = count(root, open, counts);
        if (nodes > MAX_NODES) {
            problems.add(
                    Place.START, "the file has more than " + MAX_NODES + " values once its aliases are written out");
        }
        return nodes >= 0 && nodes <= MAX_NODES;
    }

    /** Nodes below and with this one, aliases written out; negative when one contains itself. */
    private long count(Node node, Set<Node> open, Map<Node, Long> counts) {
        if (!(node instanceof CollectionNode<?>)) {
            return 1;
        }
        Long known = counts.get(node);
        if (known != null) {
            return known;
        }
        if (!open.add(node)) {
            problems.add(Place.of(node.getStartMark()), "an alias stands inside the very value that it stands for");
            return -1;
        }
        long sum = 1;
        if (node instanceof SequenceNode sequence) {
            for (Node child : sequence.getValue()) {
                sum = plus(sum, count(child, open, counts));
            }
        } else if (node instanceof MappingNode mapping) {
            for (NodeTuple tuple : mapping.getValue()) {
                sum = plus(sum, count(tuple.getKeyNode(), open, counts));
                sum = plus(sum, count(tuple.getValueNode(), open, counts));
            }
        }
        open.remove(node);
        counts.put(node, sum);
        return sum;
    }

    /** The sum, held a little above the limit so that it cannot overflow; negative when either is. */
    private static long plus(long a, long b) {
        return a < 0 || b < 0 ? -1 : Math.min(a + b, MAX_NODES + 1L);
    }
}
