package io.sluice.pipeline.source;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * A PostgreSQL database and how to connect to it, the same for readers of tables and of the log.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param database the database that holds the tables
 * @param username who connects
 * @param password asked for again and again, so that a password that changes is picked up; gives an empty text where the
 *     server wants none. Never printed
 * @param encryption how the connection is encrypted
 * @param connectTimeout how long one attempt to connect may take, rounded up to seconds
 */
public record PostgresEndpoint(
        String host,
        int port,
        String database,
        String username,
        Supplier<String> password,
        Encryption encryption,
        Duration connectTimeout) {

    private static final int MAX_PORT = 65_535;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    public PostgresEndpoint {
        Objects.requireNonNull(host, "host");
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(username, "username");
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(encryption, "encryption");
        Objects.requireNonNull(connectTimeout, "connectTimeout");
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("A port is 1 to " + MAX_PORT + ", got " + port);
        }
    }

    /**
     * How a connection is encrypted and how either side proves itself; files are read at each connection.
     *
     * @param mode libpq's word: disable, allow, prefer, require, verify-ca or verify-full
     * @param rootCert a PEM file with the authorities to trust, for verify-ca and verify-full
     * @param cert a PEM file with the certificate to show, where the server asks for one
     * @param key the key of {@code cert}, PKCS #8, without a passphrase
     */
    public record Encryption(String mode, Optional<Path> rootCert, Optional<Path> cert, Optional<Path> key) {

        /** Encrypted when the server can. */
        public static final Encryption PREFERRED =
                new Encryption("prefer", Optional.empty(), Optional.empty(), Optional.empty());

        public Encryption {
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(rootCert, "rootCert");
            Objects.requireNonNull(cert, "cert");
            Objects.requireNonNull(key, "key");
        }

        /** By the names of PostgreSQL's driver. */
        public Map<String, String> properties() {
            Map<String, String> properties = new LinkedHashMap<>();
            properties.put("sslmode", mode);
            rootCert.ifPresent(file -> properties.put("sslrootcert", file.toString()));
            cert.ifPresent(file -> properties.put("sslcert", file.toString()));
            // The driver takes every key in PEM for one of RSA unless told.
            cert.flatMap(Encryption::algorithm).ifPresent(name -> properties.put("pemKeyAlgorithm", name));
            key.ifPresent(file -> properties.put("sslkey", file.toString()));
            return properties;
        }

        /** Of the certificate's key; empty for a file that is none, which the driver tells better. */
        private static Optional<String> algorithm(Path certificate) {
            try (InputStream in = Files.newInputStream(certificate)) {
                return Optional.of(CertificateFactory.getInstance("X.509")
                        .generateCertificate(in)
                        .getPublicKey()
                        .getAlgorithm());
            } catch (IOException | CertificateException e) {
                return Optional.empty();
            }
        }
    }

    /** With the defaults for what is not named: encryption preferred, 10 s to connect. */
    public static PostgresEndpoint of(
            String host, int port, String database, String username, Supplier<String> password) {
        return new PostgresEndpoint(host, port, database, username, password, Encryption.PREFERRED, CONNECT_TIMEOUT);
    }

    /** The same, encrypted in another way. */
    public PostgresEndpoint withEncryption(Encryption other) {
        return new PostgresEndpoint(host, port, database, username, password, other, connectTimeout);
    }

    /** The same with another patience. */
    public PostgresEndpoint withConnectTimeout(Duration other) {
        return new PostgresEndpoint(host, port, database, username, password, encryption, other);
    }

    /** Where it connects to, for messages. */
    public String target() {
        return host + ":" + port + "/" + database + " as user '" + username + "'";
    }

    /** The address as PostgreSQL's driver has it, without user and password. */
    public String url() {
        String place = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return "jdbc:postgresql://" + place + ":" + port + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * What PostgreSQL's driver needs to log in, encrypted as it should be, with its own names.
     *
     * @param secret the password to use now
     * @param application names the pipeline to whoever looks at the server's connections
     */
    public Properties properties(String secret, String application) {
        Properties properties = new Properties();
        properties.setProperty("user", username);
        properties.setProperty("password", secret);
        properties.putAll(encryption.properties());
        properties.setProperty("connectTimeout", Integer.toString(connectSeconds()));
        properties.setProperty("loginTimeout", Integer.toString(connectSeconds()));
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("ApplicationName", application);
        return properties;
    }

    /** The patience in the driver's unit. */
    public int connectSeconds() {
        return (int) Math.max(1, connectTimeout.plusMillis(999).toSeconds());
    }

    /** Everything but the password. */
    @Override
    public String toString() {
        return "PostgresEndpoint[" + target() + ", " + encryption.mode() + "]";
    }
}
