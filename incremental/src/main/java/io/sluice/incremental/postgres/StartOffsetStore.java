package io.sluice.incremental.postgres;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.storage.OffsetBackingStore;
import org.apache.kafka.connect.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Says where the stream begins and forgets what it is told: progress is kept in the lake, with the data. Public only
 * because the engine makes it by name.
 */
public final class StartOffsetStore implements OffsetBackingStore {

    private byte[] offset = new byte[0];

    @Override
    public void configure(WorkerConfig config) {
        EngineLink link = EngineLink.of((String) config.originals().get(EngineLink.PROPERTY));
        // Only "lsn": with a "lsn_proc" Debezium would search for the event behind it and read the log twice.
        offset = ("{\"lsn\":" + link.startPosition() + "}").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void start() {}

    @Override
    public void stop() {}

    @Override
    public Future<Map<ByteBuffer, ByteBuffer>> get(Collection<ByteBuffer> keys) {
        Map<ByteBuffer, ByteBuffer> offsets = new HashMap<>();
        for (ByteBuffer key : keys) {
            offsets.put(key, ByteBuffer.wrap(offset));
        }
        return CompletableFuture.completedFuture(offsets);
    }

    @Override
    public Future<Void> set(Map<ByteBuffer, ByteBuffer> values, @Nullable Callback<Void> callback) {
        if (callback != null) {
            callback.onCompletion(null, null);
        }
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Set<Map<String, Object>> connectorPartitions(String connectorName) {
        return Set.of();
    }
}
