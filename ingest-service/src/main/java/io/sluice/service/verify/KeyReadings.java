package io.sluice.service.verify;

import io.sluice.lake.read.PublishedTable;
import io.sluice.pipeline.batch.ColumnBatch;
import io.sluice.pipeline.position.Position;
import io.sluice.service.runtime.PreparedTable;
import io.sluice.snapshot.postgres.PostgresDatabase;

/** Reads the rows under certain keys of one table, on either side. Used by one thread. */
final class KeyReadings {

    private final PreparedTable table;
    private final KeySchema schema;
    private final PostgresDatabase database;
    private final RowDigests keys = new RowDigests();
    private final RowDigests values = new RowDigests();

    KeyReadings(PreparedTable table, KeySchema schema, PostgresDatabase database) {
        this.table = table;
        this.schema = schema;
        this.database = database;
    }

    /**
     * What one side has under each key of a set, by the keys' indexes.
     *
     * @param count rows under the key: 0 or 1 at a sound side
     * @param high the more significant halves of the sums of the rows' digests
     * @param low the less significant halves
     * @param version stays the same as long as the rows are untouched; means nothing where there are none
     */
    record Reading(int[] count, long[] high, long[] low, long[] version) {

        private Reading(int size) {
            this(new int[size], new long[size], new long[size], new long[size]);
        }

        private void add(int key, long rowHigh, long rowLow, long rowVersion) {
            count[key]++;
            high[key] += rowHigh;
            low[key] += rowLow;
            version[key] += rowVersion;
        }

        /** Whether both have the same rows under a key. */
        boolean same(int key, Reading other) {
            return count[key] == other.count[key] && high[key] == other.high[key] && low[key] == other.low[key];
        }

        /** Whether there are rows under the key and they were not touched between the two readings of one side. */
        boolean untouched(int key, Reading later) {
            return count[key] > 0 && version[key] == later.version[key] && same(key, later);
        }

        /** The reading of those keys that are marked, by their new indexes. */
        Reading only(boolean[] marked, int size) {
            Reading some = new Reading(size);
            int to = 0;
            for (int i = 0; i < marked.length; i++) {
                if (marked[i]) {
                    some.count[to] = count[i];
                    some.high[to] = high[i];
                    some.low[to] = low[i];
                    some.version[to] = version[i];
                    to++;
                }
            }
            return some;
        }
    }

    /**
     * The source, transformed.
     *
     * @param reading by the keys' indexes
     * @param position covers everything that the reading shows
     */
    record SourceReading(Reading reading, Position position) {}

    SourceReading source(KeySet set) {
        PostgresDatabase.VersionsAt at = database.readVersions(table.source().schema(), schema.atSource(set.keys()));
        Reading reading = new Reading(set.size());
        int[] sourceKey = table.source().schema().key().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        RowDigests sourceKeys = new RowDigests();
        sourceKeys.compute(at.rows(), sourceKey);
        ColumnBatch transformed = table.transform().apply(at.rows());
        digest(transformed);
        // The filter drops rows, so versions are found again by their keys, which keep their values.
        KeyVersions versions = new KeyVersions(set, sourceKeys, at);
        for (int i = 0; i < transformed.rowCount(); i++) {
            int key = set.indexOf(keys.high()[i], keys.low()[i]);
            if (key >= 0) {
                reading.add(key, values.high()[i], values.low()[i], versions.of(key));
            }
        }
        return new SourceReading(reading, at.position());
    }

    private static final class KeyVersions {
        private final long[] versions;

        KeyVersions(KeySet set, RowDigests sourceKeys, PostgresDatabase.VersionsAt at) {
            versions = new long[set.size()];
            for (int i = 0; i < at.rows().rowCount(); i++) {
                int key = set.indexOf(sourceKeys.high()[i], sourceKeys.low()[i]);
                if (key >= 0) {
                    versions[key] = at.versions()[i];
                }
            }
        }

        long of(int key) {
            return versions[key];
        }
    }

    /** The lake. */
    Reading lake(KeySet set, PublishedTable lake) {
        Reading reading = new Reading(set.size());
        lake.read(schema.sink(), set.keys(), (batch, places) -> {
            digest(batch);
            for (int i = 0; i < batch.rowCount(); i++) {
                int key = set.indexOf(keys.high()[i], keys.low()[i]);
                if (key >= 0) {
                    reading.add(key, values.high()[i], values.low()[i], places[i]);
                }
            }
        });
        return reading;
    }

    private void digest(ColumnBatch batch) {
        keys.compute(batch, schema.identityColumns());
        values.compute(batch, schema.allColumns());
    }
}
