package io.sluice.testkit.tls;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority of one test, with the JDK's {@code keytool}: its certificate, and certificates with keys that it
 * signs, as PEM files and as key stores. A call takes about a second. Not safe for use by several threads.
 */
public final class TestAuthority {

    /** The password of every key store here. */
    public static final String STORE_PASSWORD = "changeit";

    private static final String AUTHORITY = "ca";
    private static final int PEM_WIDTH = 64;
    private static final long KEYTOOL_SECONDS = 60;

    private final Path directory;
    private final Path store;

    private TestAuthority(Path directory) {
        this.directory = directory;
        this.store = directory.resolve("authority.p12");
    }

    /**
     * Somebody who can prove who they are.
     *
     * @param certificate PEM, with the authority's behind it
     * @param key PEM, PKCS #8, readable by its owner alone
     */
    public record Identity(Path certificate, Path key) {}

    /** A new authority whose files are in a directory, which is made when missing. */
    public static TestAuthority in(Path directory) {
        TestAuthority made = new TestAuthority(directory);
        try {
            Files.createDirectories(directory);
            made.keytool(
                    "-genkeypair",
                    "-alias",
                    AUTHORITY,
                    "-dname",
                    "CN=Authority of a test",
                    "-ext",
                    "bc:c=ca:true",
                    "-ext",
                    "ku:c=keyCertSign,cRLSign");
            Files.writeString(made.certificate(), made.pem(List.of(made.load().getCertificate(AUTHORITY))));
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry(AUTHORITY, made.load().getCertificate(AUTHORITY));
            try (var out = Files.newOutputStream(made.trustStore())) {
                trusted.store(out, STORE_PASSWORD.toCharArray());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot make an authority", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot make an authority", e);
        }
        return made;
    }

    /** The authority's certificate, PEM. */
    public Path certificate() {
        return directory.resolve("ca.crt");
    }

    /** A PKCS #12 store that trusts the authority. */
    public Path trustStore() {
        return directory.resolve("trusted.p12");
    }

    /**
     * A key and a certificate for it.
     *
     * @param name the common name, and the names of the files
     * @param alternatives such as {@code dns:localhost} or {@code ip:127.0.0.1}; none for a client
     */
    public Identity issue(String name, String... alternatives) {
        List<String> arguments =
                new ArrayList<>(List.of("-genkeypair", "-alias", name, "-signer", AUTHORITY, "-dname", "CN=" + name));
        if (alternatives.length > 0) {
            arguments.addAll(List.of("-ext", "san=" + String.join(",", alternatives)));
        }
        keytool(arguments.toArray(String[]::new));
        Identity identity = new Identity(directory.resolve(name + ".crt"), directory.resolve(name + ".key"));
        try {
            KeyStore keys = load();
            Files.writeString(identity.certificate(), pem(Arrays.asList(keys.getCertificateChain(name))));
            Key key = keys.getKey(name, STORE_PASSWORD.toCharArray());
            Files.deleteIfExists(identity.key());
            // PostgreSQL refuses a key that others may read.
            Files.createFile(
                    identity.key(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(identity.key(), block("PRIVATE KEY", key.getEncoded()));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write the files of " + name, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot read the keys of " + name, e);
        }
        return identity;
    }

    /** For a server in this JVM that proves itself as one of those that were issued, and for its clients. */
    public SSLContext context(String name) {
        try {
            KeyStore all = load();
            KeyStore one = KeyStore.getInstance("PKCS12");
            one.load(null, null);
            char[] password = STORE_PASSWORD.toCharArray();
            one.setKeyEntry(name, all.getKey(name, password), password, all.getCertificateChain(name));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(one, password);
            KeyStore trusted = KeyStore.getInstance(trustStore().toFile(), password);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the keys of " + name, e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Cannot use the keys of " + name, e);
        }
    }

    private KeyStore load() throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD.toCharArray());
        }
        return keys;
    }

    private String pem(List<Certificate> certificates) throws GeneralSecurityException {
        StringBuilder text = new StringBuilder();
        for (Certificate certificate : certificates) {
            text.append(block("CERTIFICATE", certificate.getEncoded()));
        }
        return text.toString();
    }

    private static String block(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(PEM_WIDTH, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END " + what + "-----\n";
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-Xshare:auto"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30", "-keystore"));
        command.addAll(List.of(store.toString(), "-storetype", "PKCS12", "-storepass", STORE_PASSWORD));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("keytool.log").toFile())
                    .start();
            if (!process.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "keytool failed: " + Files.readString(directory.resolve("keytool.log")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run keytool", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while keytool was running", e);
        }
    }
}
