package io.sluice.lake.commit;

import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.TableMetadata;

/**
 * How a change of owner becomes something that the catalog's swap compares. A catalog that swaps one metadata file for
 * another compares everything anyway. A REST catalog only compares references to snapshots: there a new owner moves
 * a reference, with a snapshot that changes no row, so that a commit of the owner before it fails.
 */
enum FencingSnapshot {
    /** The swap compares the whole metadata; properties are enough. */
    NONE {
        @Override
        void apply(BaseTransaction transaction, TableMetadata base, TableChange change) {}
    },

    /** The swap compares references only. */
    ON_CHANGE_OF_OWNER {
        @Override
        void apply(BaseTransaction transaction, TableMetadata base, TableChange change) {
            if (change.kind() == TableChange.Kind.OWN) {
                // Before the first publication readers must see no snapshot: the reference is a branch of its own.
                AppendFiles empty = transaction.newFastAppend();
                if (base.currentSnapshot() == null) {
                    empty.toBranch(OWNER_BRANCH);
                }
                StagedCommit.summarise(empty, change);
                empty.commit();
            } else if (change.kind() == TableChange.Kind.PUBLISH && base.ref(OWNER_BRANCH) != null) {
                transaction.manageSnapshots().removeBranch(OWNER_BRANCH).commit();
            }
        }
    };

    /** The branch whose head changes with the owner while the table is unpublished. */
    static final String OWNER_BRANCH = "sluice-owner";

    abstract void apply(BaseTransaction transaction, TableMetadata base, TableChange change);
}
