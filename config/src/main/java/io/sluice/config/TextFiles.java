package io.sluice.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where {@code ${file:/path}} in a pipeline's file is read. */
@FunctionalInterface
public interface TextFiles {

    /** The largest file that {@link #ofFileSystem()} reads, in bytes. */
    int MAX_BYTES = 1 << 20;

    /**
     * A file's whole text, as UTF-8.
     *
     * @throws IOException when it cannot be read; the message is shown to the user
     */
    String read(Path path) throws IOException;

    /** The file system of this process; a relative path is taken from the working directory. */
    static TextFiles ofFileSystem() {
        return path -> {
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException("the file has more than " + MAX_BYTES + " bytes");
            }
            return Files.readString(path);
        };
    }
}
