package io.sluice.lake.commit;

import io.sluice.pipeline.lake.DrainedChanges;
import java.io.Serializable;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What a table says about the changes that wait in its load: a part of the property {@code sluice.load}. The changes
 * themselves are in {@link Spools}.
 *
 * @param from the position that they begin after, as text
 * @param to the position that they are complete up to, as text; later ones may simply not have had any
 * @param commitId names the last commit that added some
 * @param files files of them
 * @param rows changes
 */
public record DrainMarks(String from, String to, String commitId, long files, long rows) implements Serializable {

    /** No change waits, nor need it. */
    public static final DrainMarks NONE = new DrainMarks("", "", "", 0, 0);

    /** Whether changes are drained. */
    public boolean exists() {
        return !from.isEmpty();
    }

    /** After another commit. */
    DrainMarks plus(LoadPart part) {
        Drain drain = part.drain();
        return new DrainMarks(
                exists() ? from : drain.from(),
                drain.to(),
                part.commitId(),
                files + drain.files().size(),
                rows + drain.files().stream().mapToLong(SpoolFile::rows).sum());
    }

    /** For the pipeline. */
    DrainedChanges changes() {
        return new DrainedChanges(from, to, rows);
    }

    String text() {
        return String.join(",", encoded(from), encoded(to), commitId, Long.toString(files), Long.toString(rows));
    }

    static DrainMarks parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        String[] fields = text.split(",", -1);
        return new DrainMarks(
                decoded(fields[0]),
                decoded(fields[1]),
                fields[2],
                Long.parseLong(fields[3]),
                Long.parseLong(fields[4]));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
