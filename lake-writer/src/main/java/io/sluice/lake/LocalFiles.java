package io.sluice.lake;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * Hadoop's local files, checksums included, but for how permissions are set: Hadoop runs {@code chmod} as a process for
 * each file, each checksum and each directory that it makes, unless its native library is there, which it never is here.
 * A process costs more than a small file. Made by Hadoop, once per JVM.
 */
final class LocalFiles extends LocalFileSystem {

    private static final String SETTING = "fs.file.impl";

    LocalFiles() {
        super(new Raw());
    }

    /** Lets the scheme {@code file} mean these files, unless it was given a meaning already. */
    static void use(Configuration hadoop) {
        if (hadoop.getTrimmed(SETTING, "").isEmpty()) {
            hadoop.setClass(SETTING, LocalFiles.class, org.apache.hadoop.fs.FileSystem.class);
        }
    }

    private static final class Raw extends RawLocalFileSystem {

        @Override
        public void setPermission(Path path, FsPermission permission) throws IOException {
            if (permission.getStickyBit()) {
                // Java does not know it.
                super.setPermission(path, permission);
                return;
            }
            try {
                Files.setPosixFilePermissions(
                        pathToFile(path).toPath(), PosixFilePermissions.fromString(permission.toString()));
            } catch (UnsupportedOperationException e) {
                // A file system that is not POSIX's.
                super.setPermission(path, permission);
            }
        }
    }
}
