package io.sluice.service.wiring;

import io.sluice.config.CatalogConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The catalog that is a file on this machine, which the mere act of connecting would make. */
public final class LocalCatalog {

    private static final String SQLITE = "jdbc:sqlite:";

    private LocalCatalog() {}

    /** The catalog's file, when it is one and does not exist: nothing is in that lake yet. */
    public static Optional<Path> missing(CatalogConfig catalog) {
        return catalog.uri()
                .filter(uri -> catalog.type().equals("jdbc") && uri.startsWith(SQLITE))
                .map(uri ->
                        uri.substring(SQLITE.length()).replaceFirst("\\?.*", "").replaceFirst("^file:", ""))
                .filter(file -> !file.isEmpty() && !file.startsWith(":"))
                .map(Path::of)
                .filter(file -> !Files.exists(file));
    }
}
