package io.sluice.lake;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * What a session keeps about a table's load beside its marks: the one at a time that may commit to it, and the files of
 * changes that wait in it. Thread-safe.
 */
final class LoadKeeping {

    private final Lock lock = new ReentrantLock();
    private final List<String> spoolFiles = new ArrayList<>();

    LoadKeeping(List<String> spoolFiles) {
        this.spoolFiles.addAll(spoolFiles);
    }

    /** Held from reading the load's marks until those of a commit to it are set: steps and cuts run beside each other. */
    Lock lock() {
        return lock;
    }

    /** A commit made the load keep another file. */
    synchronized void spooled(String location) {
        spoolFiles.add(location);
    }

    /** A commit is known to have ended the load: its files are nobody's any more. */
    synchronized void ended(Consumer<String> delete) {
        spoolFiles.forEach(delete);
        spoolFiles.clear();
    }
}
