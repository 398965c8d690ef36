package io.sluice.lake;

import java.nio.file.Path;

/** A JDBC catalog on SQLite and local files. */
class LocalStoreTest extends FaultyCatalogContract {

    @Override
    TestStore newStore(Path localDirectory) {
        return TestStore.local(localDirectory);
    }
}
