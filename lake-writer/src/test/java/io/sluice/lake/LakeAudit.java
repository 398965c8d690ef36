package io.sluice.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.io.CloseableIterable;

/** Compares the files in a table's directory with those that its metadata and snapshots speak of. */
final class LakeAudit {

    private LakeAudit() {}

    /** Every file that is spoken of exists, and every file that exists is spoken of. */
    static void assertNoFileLeakedOrMissing(TestStore store, Table table) throws Exception {
        Set<String> referenced = referenced(table);
        Set<String> present = store.files(table.location());
        Set<String> missing = new TreeSet<>(referenced);
        missing.removeAll(present);
        assertThat(missing).as("missing files of %s", table.name()).isEmpty();
        Set<String> leaked = new TreeSet<>(present);
        leaked.removeAll(referenced);
        // A Hadoop catalog's pointer, which is its own.
        leaked.removeIf(path -> path.endsWith("/version-hint.text"));
        assertThat(leaked).as("leaked files of %s", table.name()).isEmpty();
    }

    /** As above, for a lake in which a process was killed: its files may lie around. */
    static void assertNoFileMissing(TestStore store, Table table) throws Exception {
        assertThat(store.files(table.location())).containsAll(referenced(table));
    }

    static Set<String> referenced(Table table) throws Exception {
        Set<String> files = new TreeSet<>();
        TableMetadata metadata = ((HasTableOperations) table).operations().current();
        files.add(TestStore.path(metadata.metadataFileLocation()));
        metadata.previousFiles().forEach(previous -> files.add(TestStore.path(previous.file())));
        table.statisticsFiles().forEach(file -> files.add(TestStore.path(file.path())));
        for (Snapshot snapshot : table.snapshots()) {
            files.add(TestStore.path(snapshot.manifestListLocation()));
            for (ManifestFile manifest : snapshot.allManifests(table.io())) {
                if (files.add(TestStore.path(manifest.path()))) {
                    addEntries(table, manifest, files);
                }
            }
        }
        return files;
    }

    private static void addEntries(Table table, ManifestFile manifest, Set<String> files) throws Exception {
        try (CloseableIterable<? extends org.apache.iceberg.ContentFile<?>> entries =
                manifest.content() == ManifestContent.DATA
                        ? ManifestFiles.read(manifest, table.io(), table.specs())
                        : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
            entries.forEach(file -> files.add(TestStore.path(file.location())));
        }
    }
}
