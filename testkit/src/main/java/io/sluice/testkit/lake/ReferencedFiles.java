package io.sluice.testkit.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ManifestReader;
import org.apache.iceberg.PartitionStatisticsFile;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StatisticsFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;

/** Everything that a table's current metadata and its snapshots refer to. */
final class ReferencedFiles {

    private ReferencedFiles() {}

    /** The files' locations as Iceberg spells them. */
    static Set<String> of(Table table) {
        Set<String> files = new HashSet<>();
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        files.add(metadata.metadataFileLocation());
        metadata.previousFiles().forEach(previous -> files.add(previous.file()));
        for (StatisticsFile statistics : metadata.statisticsFiles()) {
            files.add(statistics.path());
        }
        for (PartitionStatisticsFile statistics : metadata.partitionStatisticsFiles()) {
            files.add(statistics.path());
        }
        Set<String> manifests = new HashSet<>();
        for (Snapshot snapshot : table.snapshots()) {
            files.add(snapshot.manifestListLocation());
            for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                if (manifests.add(manifest.path())) {
                    addLiveEntries(table, manifest, files);
                }
            }
        }
        files.addAll(manifests);
        return files;
    }

    /** The local path of a location with or without the scheme {@code file}. */
    static Path localPath(String location) {
        return (location.startsWith("file:") ? Path.of(URI.create(location).getPath()) : Path.of(location))
                .toAbsolutePath()
                .normalize();
    }

    private static void addLiveEntries(Table table, ManifestFile manifest, Set<String> files) {
        if (manifest.content() == ManifestContent.DATA) {
            try (ManifestReader<DataFile> entries = ManifestFiles.read(manifest, table.io(), table.specs())) {
                entries.forEach(file -> files.add(file.location()));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read manifest " + manifest.path(), e);
            }
        } else {
            try (ManifestReader<DeleteFile> entries =
                    ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
                entries.forEach(file -> files.add(file.location()));
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot read manifest " + manifest.path(), e);
            }
        }
    }
}
