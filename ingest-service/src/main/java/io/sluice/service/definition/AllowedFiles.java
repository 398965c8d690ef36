package io.sluice.service.definition;

import io.sluice.config.TextFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Files below a few directories only, wherever links lead to. */
final class AllowedFiles implements TextFiles {

    private final List<Path> directories;
    private final TextFiles files;

    /** @param directories none for no file at all */
    AllowedFiles(List<Path> directories, TextFiles files) {
        this.directories = List.copyOf(directories);
        this.files = files;
    }

    @Override
    public String read(Path path) throws IOException {
        if (isBelow(path, directories)) {
            return files.read(path);
        }
        throw new IOException("a definition that comes by the API may read files below "
                + (directories.isEmpty() ? "no directory" : directories.toString())
                + " (sluice.api.secret-directories)");
    }

    /**
     * Whether a file is below one of the directories, wherever links lead to.
     *
     * @throws IOException when it would be by its name, and does not exist
     */
    static boolean isBelow(Path path, List<Path> directories) throws IOException {
        for (Path directory : directories) {
            // Before a look at the file: whether it exists is nobody's business who may not read it.
            Path allowed = directory.toAbsolutePath().normalize();
            if (path.toAbsolutePath().normalize().startsWith(allowed)
                    && path.toRealPath().startsWith(allowed.toRealPath())) {
                return true;
            }
        }
        return false;
    }
}
