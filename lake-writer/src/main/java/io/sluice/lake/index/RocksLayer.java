package io.sluice.lake.index;

import java.util.HashMap;
import java.util.Map;

/** One of the two column families for layers, while it is in use. */
final class RocksLayer {

    final int slot;
    final Map<Integer, String> newFiles = new HashMap<>();
    boolean truncated;
    boolean empty = true;

    RocksLayer(int slot) {
        this.slot = slot;
    }
}
