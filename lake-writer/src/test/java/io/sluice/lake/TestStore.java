package io.sluice.lake;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * A catalog and the storage behind it.
 *
 * @param properties as in a pipeline's file
 */
record TestStore(String catalogType, String uri, String warehouse, Map<String, String> properties) {

    /** A JDBC catalog and a warehouse, both in the directory. */
    static TestStore local(Path directory) {
        return new TestStore(
                "jdbc",
                "jdbc:sqlite:" + directory.resolve("catalog/catalog.db"),
                directory.resolve("warehouse").toString(),
                Map.of());
    }

    CatalogOptions options() {
        return CatalogOptions.of(catalogType, uri, warehouse, properties);
    }

    /**
     * The paths, without scheme and host, of all files below a place.
     *
     * @param location with its scheme, or a local path
     */
    Set<String> files(String location) {
        Set<String> found = new TreeSet<>();
        Configuration hadoop = IcebergCatalogs.hadoop(options());
        org.apache.hadoop.fs.Path root = new org.apache.hadoop.fs.Path(location);
        try {
            FileSystem files = root.getFileSystem(hadoop);
            RemoteIterator<LocatedFileStatus> all = files.listFiles(root, true);
            while (all.hasNext()) {
                String path = all.next().getPath().toUri().getPath();
                if (!path.endsWith(".crc")) {
                    found.add(path);
                }
            }
        } catch (FileNotFoundException e) {
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    static String path(String location) {
        return location.contains(":") ? URI.create(location).getPath() : location;
    }
}
