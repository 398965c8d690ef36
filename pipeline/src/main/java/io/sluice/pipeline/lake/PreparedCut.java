package io.sluice.pipeline.lake;

import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.schema.TableId;
import java.io.Serializable;
import java.util.Set;

/** A cut whose files are durable and that only has to be committed; can be sent to the process that commits. */
public interface PreparedCut extends Serializable {

    /** The cut's number. */
    long number();

    /** The transaction boundary that the cut ends at. */
    Position position();

    /** Tables that readers see changed with the cut; may be empty. Loads that only take changes are not among them. */
    Set<TableId> tables();

    /** Change rows in the cut, over all tables. */
    long rows();
}
