package io.sluice.service.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Certificates and keys in PEM files, as Kubernetes, cert-manager and openssl write them. */
public final class PemFiles {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?)PRIVATE KEY-----([^-]*)-----END (?:[A-Z]+ )?PRIVATE KEY-----");
    private static final Map<String, String> SIGNATURES = Map.of(
            "RSA", "SHA256withRSA", "EC", "SHA256withECDSA", "EdDSA", "EdDSA", "Ed25519", "EdDSA", "Ed448", "EdDSA");
    private static final byte[] NONCE = "does the key fit the certificate?".getBytes(StandardCharsets.US_ASCII);

    private PemFiles() {}

    /**
     * Somebody who can prove who they are.
     *
     * @param certificates their own first, then those between it and its authority
     * @param key of the first
     */
    public record Identity(List<X509Certificate> certificates, PrivateKey key) {}

    /**
     * The certificates of a file, at least one.
     *
     * @throws IllegalArgumentException when it cannot be read or has none; the message is for whoever named the file
     */
    public static List<X509Certificate> certificates(Path file) {
        try {
            List<X509Certificate> found = new ArrayList<>();
            CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(file)))
                    .forEach(one -> found.add((X509Certificate) one));
            if (found.isEmpty()) {
                throw new IllegalArgumentException("There is no certificate in " + file + ".");
            }
            return found;
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (CertificateException e) {
            throw new IllegalArgumentException("There is no certificate in PEM in " + file + ".", e);
        }
    }

    /**
     * A certificate and its key.
     *
     * @throws IllegalArgumentException when a file cannot be read or they do not fit each other
     */
    public static Identity identity(Path certificate, Path key) {
        Identity identity = new Identity(certificates(certificate), key(key));
        X509Certificate own = identity.certificates().get(0);
        try {
            Signature signature = Signature.getInstance(
                    SIGNATURES.getOrDefault(own.getPublicKey().getAlgorithm(), ""));
            signature.initSign(identity.key());
            signature.update(NONCE);
            byte[] signed = signature.sign();
            signature.initVerify(own);
            signature.update(NONCE);
            if (signature.verify(signed)) {
                return identity;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("The key in " + key + " is not the one of " + certificate + ".", e);
        }
        throw new IllegalArgumentException("The key in " + key + " is not the one of " + certificate + ".");
    }

    private static PrivateKey key(Path file) {
        String text;
        try {
            text = Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        Matcher block = KEY.matcher(text);
        if (!block.find() || !block.group(1).isEmpty()) {
            throw new IllegalArgumentException("There is no key in PKCS #8 without a passphrase in " + file
                    + "; 'openssl pkcs8 -topk8 -nodes' makes one of other keys.");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(block.group(2));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("The key in " + file + " is spoiled.");
        }
        for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            } catch (GeneralSecurityException e) {
                // Of another kind.
                continue;
            }
        }
        throw new IllegalArgumentException(
                "The key in " + file + " is spoiled, or of a kind other than EC, RSA and EdDSA.");
    }

    /**
     * What a client of an encrypted service needs.
     *
     * @param authorities whom to trust; empty for those that the Java runtime trusts
     * @param identity shown to a service that asks for it
     */
    public static SSLContext context(Optional<Path> authorities, Optional<Identity> identity) {
        try {
            @Nullable TrustManagerFactory trust = null;
            if (authorities.isPresent()) {
                KeyStore trusted = empty();
                int number = 0;
                for (X509Certificate authority : certificates(authorities.get())) {
                    trusted.setCertificateEntry("authority-" + number++, authority);
                }
                trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted);
            }
            KeyManager @Nullable [] keys = null;
            if (identity.isPresent()) {
                KeyStore own = empty();
                own.setKeyEntry(
                        "own",
                        identity.get().key(),
                        new char[0],
                        identity.get().certificates().toArray(X509Certificate[]::new));
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(own, new char[0]);
                keys = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust == null ? null : trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("The Java runtime cannot encrypt", e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static IllegalArgumentException unreadable(Path file, IOException e) {
        return new IllegalArgumentException(
                "The file " + file + " cannot be read: " + e.getClass().getSimpleName() + ".", e);
    }
}
