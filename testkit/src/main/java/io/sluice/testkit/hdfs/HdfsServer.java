package io.sluice.testkit.hdfs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/**
 * A name node and a data node in this process, reached as {@code hdfs://localhost:<port>}. Starting takes some seconds.
 * Whoever uses it needs {@code hadoop-client-minicluster} on the class path, which this module does not pass on.
 */
public final class HdfsServer implements AutoCloseable {

    private final MiniDFSCluster cluster;

    private HdfsServer(MiniDFSCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Starts an empty file system.
     *
     * @param directory where the nodes keep their files
     */
    public static HdfsServer start(Path directory) {
        Configuration configuration = new Configuration();
        configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toString());
        // What a test writes need not survive a power failure.
        configuration.setBoolean("dfs.namenode.edits.noeditlogchannelflush", true);
        configuration.setInt("dfs.namenode.fs-limits.min-block-size", 0);
        try {
            MiniDFSCluster cluster = new MiniDFSCluster.Builder(configuration)
                    .numDataNodes(1)
                    .storagesPerDatanode(1)
                    .build();
            cluster.waitActive();
            return new HdfsServer(cluster);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start HDFS", e);
        }
    }

    /** The file system's root, such as {@code hdfs://localhost:40123}. */
    public String uri() {
        return "hdfs://localhost:" + cluster.getNameNodePort();
    }

    @Override
    public void close() {
        cluster.shutdown();
    }
}
