package io.sluice.service.leader;

import java.util.Optional;

/**
 * The one Lease that candidates compete for. Writes are compare-and-set: of several that saw one version, one is stored.
 * Each call returns or fails within a limit. Used by one thread at a time.
 */
interface Leases {

    /**
     * The Lease as it is stored; empty when there is none.
     *
     * @throws LeaseUnavailableException when that is not known
     */
    Optional<Lease> read() throws LeaseUnavailableException;

    /**
     * Stores the first one.
     *
     * @return as it was stored; empty when there is one already
     * @throws LeaseUnavailableException when it is not known whether it was stored
     */
    Optional<Lease> create(Lease first) throws LeaseUnavailableException;

    /**
     * Stores a successor of the one that was read.
     *
     * @param next with the version of the one that it replaces
     * @return as it was stored; empty when another one was stored in between
     * @throws LeaseUnavailableException when it is not known whether it was stored
     */
    Optional<Lease> replace(Lease next) throws LeaseUnavailableException;
}
