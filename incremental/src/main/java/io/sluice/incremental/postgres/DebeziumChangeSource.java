package io.sluice.incremental.postgres;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.pipeline.position.Position;
import io.sluice.pipeline.source.ChangeChunk;
import io.sluice.pipeline.source.ChangeSource;
import io.sluice.pipeline.source.StreamStart;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The change stream of PostgreSQL, through Debezium's embedded engine and a replication slot that exists.
 *
 * <p>Debezium connects, streams, queues and stops; the messages of {@code pgoutput} pass through it as they are, many in
 * one event, and are decoded into column batches on the engine's thread. Positions are end LSNs of commit records, or
 * positions between records that the server names while nothing happens.
 *
 * <p>Threads: one thread starts, polls and closes; {@link #confirm}, {@link #fill} and {@link #received} may be called by any. Reading
 * pauses while {@link StreamBounds} are reached and goes on as chunks are polled.
 */
public final class DebeziumChangeSource implements ChangeSource {

    private static final Logger LOG = LoggerFactory.getLogger(DebeziumChangeSource.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

    private final PostgresStreamOptions options;
    private volatile @Nullable Running running;
    private boolean closed;

    private record Running(EngineLink link, ChunkQueue queue, RunningEngine engine) {}

    /** Connects at {@link #start} only. */
    public DebeziumChangeSource(PostgresStreamOptions options) {
        this.options = options;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException when it was started or closed before
     */
    @Override
    public void start(StreamStart start) {
        if (running != null || closed) {
            throw new IllegalStateException("A change source starts once");
        }
        LogSequenceNumber after = (LogSequenceNumber) start.after();
        PostgresConnections connections = new PostgresConnections(options);
        new SlotCheck(connections).await(after);
        ChunkQueue queue = new ChunkQueue(start, options.bounds(), options.idleInterval(), options.clock());
        EngineLink link = new EngineLink(connections, after.value());
        running = new Running(link, queue, RunningEngine.start(engine(link, queue), "changes-" + options.slotName()));
        try {
            link.streaming().get(START_LIMIT.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            close();
            throw SourceErrors.translate(e, options);
        } catch (TimeoutException e) {
            close();
            throw new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "Postgres at " + options.target() + " did not begin to stream within " + START_LIMIT.toSeconds()
                            + " s",
                    e);
        } catch (InterruptedException e) {
            close();
            throw PipelineException.interrupted("starting the change stream");
        }
    }

    @Override
    public Optional<ChangeChunk> poll(Duration timeout) throws InterruptedException {
        return started().queue().poll(timeout);
    }

    @Override
    public void confirm(Position durable) {
        started().link().confirm(((LogSequenceNumber) durable).value());
    }

    @Override
    public double fill() {
        Running now = running;
        return now == null ? 0 : now.queue().fill();
    }

    /** How far the log has been read; moves with an idle source too. Empty before the start. */
    public Optional<ReceivedPosition> received() {
        Running now = running;
        return now == null ? Optional.empty() : Optional.of(now.queue().received());
    }

    @Override
    public void close() {
        closed = true;
        Running now = running;
        if (now == null || !now.engine().isAlive()) {
            return;
        }
        now.link().beginClosing();
        now.queue().close();
        now.engine().end(CLOSE_LIMIT);
        now.link().close();
    }

    private Running started() {
        Running now = running;
        if (now == null) {
            throw new IllegalStateException("The change source was not started");
        }
        return now;
    }

    private DebeziumEngine<RecordChangeEvent<SourceRecord>> engine(EngineLink link, ChunkQueue queue) {
        return DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(EngineProperties.of(link))
                .using(DebeziumChangeSource.class.getClassLoader())
                .using((boolean success, String message, Throwable error) -> ended(link, queue, message, error))
                .notifying(
                        (List<RecordChangeEvent<SourceRecord>> records,
                                DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer) -> {
                            for (RecordChangeEvent<SourceRecord> record : records) {
                                take(record.record(), link, queue);
                            }
                        })
                .build();
    }

    private static void take(SourceRecord record, EngineLink link, ChunkQueue queue) throws InterruptedException {
        Struct message = ((Struct) record.value()).getStruct("message");
        ByteBuffer frame = ByteBuffer.wrap(message.getBytes("content"));
        if (!queue.add(frame.array(), frame.arrayOffset(), frame.remaining())) {
            // Nothing more is wanted; the reader learns why from poll and closes.
            link.beginClosing();
        }
    }

    private void ended(EngineLink link, ChunkQueue queue, String message, @Nullable Throwable error) {
        PipelineException failure;
        if (error != null) {
            failure = SourceErrors.translate(error, options);
        } else {
            failure = new PipelineException(
                    ErrorKind.SOURCE_UNAVAILABLE, "The change stream of slot '" + options.slotName() + "' has ended");
        }
        queue.fail(failure);
        link.streaming().completeExceptionally(failure);
        link.close();
        LOG.debug("The engine has ended: {}", message);
    }
}
