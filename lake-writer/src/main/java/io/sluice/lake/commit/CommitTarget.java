package io.sluice.lake.commit;

import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;

/**
 * A change and the table it goes to.
 *
 * @param identifier the table in the catalog
 * @param operations the table's own operations, used by one thread at a time
 * @param change what to commit
 */
public record CommitTarget(TableIdentifier identifier, TableOperations operations, TableChange change) {}
