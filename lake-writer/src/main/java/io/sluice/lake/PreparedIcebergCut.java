package io.sluice.lake;

import io.sluice.lake.commit.TableChange;
import io.sluice.pipeline.lake.PreparedCut;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A cut as Iceberg's own file descriptions.
 *
 * @param changes one per table that is changed or whose load takes changes
 */
record PreparedIcebergCut(long number, Position position, List<TableChange> changes, long rows) implements PreparedCut {

    private static final long serialVersionUID = 1;

    PreparedIcebergCut {
        changes = List.copyOf(changes);
    }

    @Override
    public Set<TableId> tables() {
        Set<TableId> tables = new LinkedHashSet<>();
        for (TableChange change : changes) {
            if (change.kind() != TableChange.Kind.LOAD) {
                tables.add(change.table());
            }
        }
        return tables;
    }
}
