package io.sluice.testkit.nessie;

import io.sluice.testkit.process.ChildProcess;
import io.sluice.testkit.s3.S3Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Nessie's server as a process on 127.0.0.1, with everything in memory: Iceberg's REST protocol over one warehouse, named
 * {@code lake}, in an S3 endpoint.
 */
public final class NessieServer implements AutoCloseable {

    /** What its runner needs; an older JVM does not load it. */
    public static final int LEAST_JDK = 21;

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private final ChildProcess process;
    private final int port;

    private NessieServer(ChildProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /** The program {@code java} of a JDK on this machine that can run it. */
    public static Optional<Path> java() {
        return LaterJdk.atLeast(LEAST_JDK);
    }

    /**
     * Starts a server; returns when it answers.
     *
     * @param runner the jar {@code nessie-quarkus-…-runner.jar}
     * @param java of {@link #java}
     * @param store where the tables are
     * @param location of the warehouse, such as {@code s3://bucket/warehouse}
     */
    public static NessieServer start(Path runner, Path java, S3Server store, String location) throws IOException {
        int port = freePort();
        String options = "nessie.catalog.service.s3.default-options.";
        ChildProcess process = ChildProcess.ofJar(runner)
                .java(java)
                .jvmOptions(
                        "-Xmx512m",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        "-Dquarkus.management.port=" + freePort(),
                        "-Dnessie.version.store.type=IN_MEMORY",
                        "-Dnessie.catalog.default-warehouse=lake",
                        "-Dnessie.catalog.warehouses.lake.location=" + location,
                        "-D" + options + "endpoint=" + store.endpoint() + "/",
                        "-D" + options + "region=us-east-1",
                        "-D" + options + "path-style-access=true",
                        "-D" + options + "access-key=urn:nessie-secret:quarkus:test-secrets.s3",
                        "-Dtest-secrets.s3.name=" + store.accessKey(),
                        "-Dtest-secrets.s3.secret=" + store.secretKey())
                .start();
        process.awaitLine("Listening on: ", START_LIMIT);
        return new NessieServer(process, port);
    }

    /** The {@code uri} of its REST catalog. */
    public String uri() {
        return "http://127.0.0.1:" + port + "/iceberg/";
    }

    @Override
    public void close() {
        process.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
