package io.sluice.lake.commit;

import org.apache.iceberg.LocationProviders;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.io.LocationProvider;
import org.jspecify.annotations.Nullable;

/** A table as it will be when its load is published: files of the load are written and read through it, nothing else. */
public final class ShapedOperations extends ReadOnlyOperations {

    private final TableOperations real;
    private final LoadShape shape;
    private @Nullable TableMetadata seen;
    private @Nullable TableMetadata shaped;

    /** @param shape of the load */
    public ShapedOperations(TableOperations real, LoadShape shape) {
        super(real);
        this.real = real;
        this.shape = shape;
    }

    @Override
    public synchronized TableMetadata current() {
        return shape(real.current());
    }

    @Override
    public synchronized TableMetadata refresh() {
        return shape(real.refresh());
    }

    private TableMetadata shape(TableMetadata base) {
        TableMetadata result = shaped;
        if (result == null || base != seen) {
            result = shape.applyTo(base);
            seen = base;
            shaped = result;
        }
        return result;
    }

    @Override
    public LocationProvider locationProvider() {
        TableMetadata metadata = current();
        return LocationProviders.locationsFor(metadata.location(), metadata.properties());
    }
}
