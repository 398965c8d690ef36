package io.sluice.config;

import java.util.Locale;

/** How a connection to the source is encrypted, in PostgreSQL's words. */
public enum SslMode {
    /** Never. */
    DISABLE,
    /** Only when the server insists. */
    ALLOW,
    /** When the server can. */
    PREFER,
    /** Always; the server's certificate is not checked. */
    REQUIRE,
    /** Always; the certificate must be signed by a known authority. */
    VERIFY_CA,
    /** Always; the certificate must be signed by a known authority and name the host. */
    VERIFY_FULL;

    /** As it is written in YAML and in a PostgreSQL connection string: {@code verify-full}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
