package io.sluice.service.security;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How the API is encrypted, as the settings of a process say that is about to start.
 *
 * @param certificate the service's own and those between it and its authority, PEM
 * @param key of the certificate, PEM
 * @param clientAuthority when present, only callers with a certificate of it are let in
 * @param reloadPeriod how often the files are read again, as Quarkus writes durations
 */
public record ApiEncryption(Path certificate, Path key, Optional<Path> clientAuthority, String reloadPeriod) {

    private static final String CERTIFICATE = "sluice.api.tls.cert";
    private static final String KEY = "sluice.api.tls.key";
    private static final String REQUIRED = "sluice.api.tls.required";
    private static final String RELOAD = "sluice.api.tls.reload-period";

    /** The setting that names the authority of callers. */
    static final String CLIENT_AUTHORITY = "sluice.api.tls.client-ca";

    private static final String NAME = "sluice-api";
    private static final String BUCKET = "quarkus.tls." + NAME + ".";
    private static final String SELECTED = "quarkus.http.tls-configuration-name";

    /**
     * What the settings say.
     *
     * @return empty for an API that is not encrypted
     * @throws IllegalArgumentException when they make no sense or a file cannot be used; the message is for the operator
     */
    public static Optional<ApiEncryption> of(Map<String, String> environment) {
        Optional<String> certificate = setting(CERTIFICATE, environment);
        Optional<String> key = setting(KEY, environment);
        Optional<String> authority = setting(CLIENT_AUTHORITY, environment);
        if (certificate.isEmpty() && key.isEmpty() && authority.isEmpty()) {
            return Optional.empty();
        }
        if (certificate.isEmpty() || key.isEmpty()) {
            throw new IllegalArgumentException("To encrypt the API name its certificate with " + variable(CERTIFICATE)
                    + " and the certificate's key with " + variable(KEY) + ".");
        }
        ApiEncryption encryption = new ApiEncryption(
                Path.of(certificate.get()),
                Path.of(key.get()),
                authority.map(Path::of),
                setting(RELOAD, environment).orElse("30s"));
        PemFiles.identity(encryption.certificate, encryption.key);
        encryption.clientAuthority.ifPresent(PemFiles::certificates);
        return Optional.of(encryption);
    }

    /** Whether the service must not listen to other machines without encryption. */
    public static boolean isRequired(Map<String, String> environment) {
        return setting(REQUIRED, environment).filter("true"::equals).isPresent();
    }

    /** Whether this process serves its API encrypted. */
    public static boolean isOn() {
        return !System.getProperty(SELECTED, "").isEmpty();
    }

    /** What Quarkus needs to know. The one port is the encrypted one; plain requests are not heard. */
    public Map<String, String> properties(int port) {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(BUCKET + "key-store.pem.0.cert", certificate.toString());
        properties.put(BUCKET + "key-store.pem.0.key", key.toString());
        clientAuthority.ifPresent(authority -> properties.put(BUCKET + "trust-store.pem.certs", authority.toString()));
        properties.put(BUCKET + "reload-period", reloadPeriod);
        properties.put(SELECTED, NAME);
        properties.put("quarkus.http.insecure-requests", "disabled");
        properties.put("quarkus.http.ssl-port", Integer.toString(port));
        return properties;
    }

    private static Optional<String> setting(String name, Map<String, String> environment) {
        return Optional.of(System.getProperty(name, environment.getOrDefault(variable(name), "")))
                .filter(value -> !value.isBlank());
    }

    private static String variable(String name) {
        return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }
}
