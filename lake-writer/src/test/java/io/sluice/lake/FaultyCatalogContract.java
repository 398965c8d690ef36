package io.sluice.lake;

import io.sluice.testkit.faults.Faults;
import io.sluice.testkit.faults.FaultyCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;

/** The suite for catalogs without a server of their own: what they answer is made wrong in front of them. */
abstract class FaultyCatalogContract extends StoreContract {

    private static final String COMMIT = "commit shop.orders";

    private final Faults catalogFaults = new Faults();

    abstract TestStore newStore(Path localDirectory);

    @Override
    TestLake newLake(Path localDirectory) {
        return new TestLake(localDirectory, newStore(localDirectory))
                .catalogWrappedBy(real -> new FaultyCatalog(real, catalogFaults));
    }

    @Override
    void answerNextCommit(Answer answer) {
        switch (answer) {
            case FAILED_THOUGH_DONE ->
                catalogFaults.after(COMMIT, () -> {
                    throw new CommitFailedException("Planned failure");
                });
            case ERROR_THOUGH_DONE ->
                catalogFaults.after(COMMIT, () -> {
                    throw new CommitStateUnknownException(new IOException("Planned failure"));
                });
            case LOST_THOUGH_DONE ->
                catalogFaults.after(COMMIT, () -> {
                    throw new UncheckedIOException(new IOException("Connection reset"));
                });
            case LOST_AND_NOT_DONE ->
                catalogFaults.before(COMMIT, () -> {
                    throw new UncheckedIOException(new IOException("Connection reset"));
                });
            case FAILED_AND_NOT_DONE ->
                catalogFaults.before(COMMIT, () -> {
                    throw new CommitFailedException("Planned failure");
                });
        }
    }

    @Override
    void goAway() {
        catalogFaults.at(".*", Faults.Moment.BEFORE, Integer.MAX_VALUE, () -> {
            throw new ServiceUnavailableException("Planned outage");
        });
    }

    @Override
    void comeBack() {
        catalogFaults.clear();
    }

    @Override
    void closeServers() {}
}
