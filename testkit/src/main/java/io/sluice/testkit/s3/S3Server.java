package io.sluice.testkit.s3;

import io.sluice.testkit.faults.Faults;
import io.sluice.testkit.faults.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.awaitility.Awaitility;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * S3's protocol on 127.0.0.1 over a directory, a folder per bucket. Every request on an object goes through
 * {@link Faults} by the name of what it does and the object's key: {@code putBlob}, {@code getBlob},
 * {@code blobMetadata}, {@code removeBlob}, {@code copyBlob}, {@code initiateMultipartUpload},
 * {@code uploadMultipartPart}, {@code completeMultipartUpload}, {@code abortMultipartUpload} and others of s3proxy's
 * store, such as {@code putBlob shop/orders/data/1.parquet}. Throw {@link #error} there, or call {@link #loseAnswers}.
 */
public final class S3Server implements AutoCloseable {

    private static final String ACCESS_KEY = "test-access-key";
    private static final String SECRET_KEY = "test-secret-key";

    private final Path directory;
    private final S3Proxy proxy;
    private final String scheme;
    private final TcpProxy connections;
    private final Faults faults = new Faults();

    private S3Server(Path directory, Optional<SSLContext> encryption) throws Exception {
        this.directory = directory;
        Properties properties = new Properties();
        properties.setProperty("jclouds.filesystem.basedir", directory.toString());
        BlobStore store = BlobStores.create("filesystem-nio2", properties);
        S3Proxy.Builder builder = S3Proxy.builder()
                .blobStore(faulty(store))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, SECRET_KEY);
        this.scheme = encryption.isPresent() ? "https" : "http";
        URI any = URI.create(scheme + "://127.0.0.1:0");
        encryption.ifPresentOrElse(
                context -> builder.secureEndpoint(any).sslContext(context), () -> builder.endpoint(any));
        this.proxy = builder.build();
        proxy.start();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(() -> proxy.getState().equals("STARTED"));
        this.connections = new TcpProxy("127.0.0.1", encryption.isPresent() ? proxy.getSecurePort() : proxy.getPort());
    }

    /**
     * Starts a server.
     *
     * @param directory where objects are kept; made when it is missing, what it has is kept
     */
    public static S3Server start(Path directory) {
        return start(directory, Optional.empty());
    }

    /**
     * The same by https.
     *
     * @param encryption proves who the server is; its certificate must be for {@code 127.0.0.1}
     */
    public static S3Server startEncrypted(Path directory, SSLContext encryption) {
        return start(directory, Optional.of(encryption));
    }

    private static S3Server start(Path directory, Optional<SSLContext> encryption) {
        try {
            Files.createDirectories(directory);
            return new S3Server(directory, encryption);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start the S3 endpoint", e);
        } catch (Exception e) {
            throw new IllegalStateException("Cannot start the S3 endpoint", e);
        }
    }

    /** What shall go wrong. */
    public Faults faults() {
        return faults;
    }

    /** The endpoint's address. */
    public String endpoint() {
        return scheme + "://127.0.0.1:" + connections.port();
    }

    /** The name that requests are signed with. */
    public String accessKey() {
        return ACCESS_KEY;
    }

    /** What they are signed with. */
    public String secretKey() {
        return SECRET_KEY;
    }

    /** Makes a bucket; does nothing when it is there. */
    public void createBucket(String bucket) {
        try {
            Files.createDirectories(directory.resolve(bucket));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make bucket " + bucket, e);
        }
    }

    /** What Hadoop needs to reach it as {@code s3a://}; retries are left at their defaults. */
    public Map<String, String> hadoopProperties() {
        return Map.of(
                "fs.s3a.endpoint",
                endpoint(),
                "fs.s3a.endpoint.region",
                "us-east-1",
                "fs.s3a.path.style.access",
                "true",
                "fs.s3a.access.key",
                ACCESS_KEY,
                "fs.s3a.secret.key",
                SECRET_KEY);
    }

    /** Ends every connection: the answers of requests that are being served are lost, whatever becomes of the requests. */
    public void loseAnswers() {
        connections.cut();
    }

    /** The failure that the endpoint answers with, such as 403, 500 or 503. */
    public static RuntimeException error(int status) {
        return S3Exception.builder()
                .statusCode(status)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(
                                switch (status) {
                                    case 403 -> "AccessDenied";
                                    case 503 -> "SlowDown";
                                    default -> "InternalError";
                                })
                        .errorMessage("Planned failure")
                        .build())
                .message("Planned failure")
                .build();
    }

    @Override
    public void close() {
        connections.close();
        try {
            proxy.stop();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot stop the S3 endpoint", e);
        }
    }

    private BlobStore faulty(BlobStore real) {
        return (BlobStore) Proxy.newProxyInstance(
                BlobStore.class.getClassLoader(), new Class<?>[] {BlobStore.class}, (self, method, arguments) -> {
                    Optional<String> key = key(arguments);
                    return key.isPresent()
                            ? faults.run(method.getName() + " " + key.get(), () -> call(real, method, arguments))
                            : call(real, method, arguments);
                });
    }

    private static Optional<String> key(Object[] arguments) {
        if (arguments == null || arguments.length == 0) {
            return Optional.empty();
        }
        for (Object argument : arguments) {
            if (argument instanceof SdkPojo request) {
                for (var field : request.sdkFields()) {
                    if (field.memberName().equals("Key") && field.getValueOrDefault(request) instanceof String key) {
                        return Optional.of(key);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static Object call(BlobStore real, Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }
}
