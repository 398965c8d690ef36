package io.sluice.lake.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.MetadataUpdate;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.UpdateRequirement;
import org.apache.iceberg.UpdateRequirements;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;

/** The one step of a commit that takes effect: the catalog's compare-and-swap. */
sealed interface CatalogSwap {

    /** The way of a catalog. */
    static CatalogSwap of(Catalog catalog) {
        return catalog instanceof RESTCatalog rest ? new Rest(rest) : new PerTable();
    }

    /** Swaps all or nothing; with more than one table only where {@link #spansTables}. */
    void swap(List<StagedCommit> commits);

    /** Whether several tables change in one step. */
    boolean spansTables();

    /** Whether a swap that is based on {@code base} cannot succeed any more, the table being as {@code now}. */
    boolean isSuperseded(TableMetadata base, TableMetadata now);

    /** What makes a change of owner visible to the swap. */
    FencingSnapshot fencing();

    /** The table's own operations compare the location of the metadata that was checked. */
    record PerTable() implements CatalogSwap {

        @Override
        public void swap(List<StagedCommit> commits) {
            for (StagedCommit commit : commits) {
                TrackedFileIO.noting(
                        commit.written(), () -> commit.target().operations().commit(commit.base(), commit.updated()));
            }
        }

        @Override
        public boolean isSuperseded(TableMetadata base, TableMetadata now) {
            return !Objects.equals(base.metadataFileLocation(), now.metadataFileLocation());
        }

        @Override
        public boolean spansTables() {
            return false;
        }

        @Override
        public FencingSnapshot fencing() {
            return FencingSnapshot.NONE;
        }
    }

    /** {@code transactions/commit} of the REST specification, with the references that were checked as requirements. */
    record Rest(RESTCatalog catalog) implements CatalogSwap {

        @Override
        public void swap(List<StagedCommit> commits) {
            List<TableCommit> requests = new ArrayList<>();
            for (StagedCommit commit : commits) {
                List<UpdateRequirement> requirements = new ArrayList<>(UpdateRequirements.forUpdateTable(
                        commit.base(), commit.updated().changes()));
                requirements.add(unmoved(commit.base(), SnapshotRef.MAIN_BRANCH));
                requirements.add(unmoved(commit.base(), FencingSnapshot.OWNER_BRANCH));
                requirements.add(unmoved(commit.base(), LoadMarks.BRANCH));
                requests.add(new Request(
                        commit.target().identifier(),
                        requirements,
                        commit.updated().changes()));
            }
            catalog.commitTransaction(requests);
        }

        @Override
        public boolean isSuperseded(TableMetadata base, TableMetadata now) {
            return !Objects.equals(base.uuid(), now.uuid())
                    || head(base, SnapshotRef.MAIN_BRANCH) != head(now, SnapshotRef.MAIN_BRANCH)
                    || head(base, FencingSnapshot.OWNER_BRANCH) != head(now, FencingSnapshot.OWNER_BRANCH);
        }

        private static long head(TableMetadata metadata, String name) {
            SnapshotRef ref = metadata.ref(name);
            return ref == null ? TableMarks.NO_SNAPSHOT : ref.snapshotId();
        }

        private static UpdateRequirement unmoved(TableMetadata base, String name) {
            SnapshotRef ref = base.ref(name);
            return new UpdateRequirement.AssertRefSnapshotID(name, ref == null ? null : ref.snapshotId());
        }

        @Override
        public boolean spansTables() {
            return true;
        }

        @Override
        public FencingSnapshot fencing() {
            return FencingSnapshot.ON_CHANGE_OF_OWNER;
        }
    }

    /** One table's part of a REST transaction. */
    record Request(TableIdentifier identifier, List<UpdateRequirement> requirements, List<MetadataUpdate> updates)
            implements TableCommit {}
}
