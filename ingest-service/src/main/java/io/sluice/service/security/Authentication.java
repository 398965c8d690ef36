package io.sluice.service.security;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Knows callers by their tokens, as far as the service's settings name any. Safe for use by several threads. */
@Singleton
public class Authentication {

    /** The setting that names the file of {@link ApiTokens}. */
    public static final String TOKENS_FILE = "sluice.api.tokens-file";

    /** The setting that names the issuer of {@link OidcTokens}. */
    public static final String OIDC_ISSUER = "sluice.api.oidc.issuer";

    private final Optional<ApiTokens> tokens;
    private final Optional<OidcTokens> oidc;

    @Inject
    Authentication(
            @ConfigProperty(name = TOKENS_FILE) Optional<Path> tokensFile,
            @ConfigProperty(name = OIDC_ISSUER) Optional<URI> issuer,
            @ConfigProperty(name = "sluice.api.oidc.audience", defaultValue = "sluice") String audience,
            @ConfigProperty(name = "sluice.api.oidc.roles-claim", defaultValue = "groups") String rolesClaim) {
        this.tokens = tokensFile.map(ApiTokens::new);
        this.oidc = issuer.map(from -> new OidcTokens(new OidcTokens.Settings(from, audience, rolesClaim)));
    }

    /** Whether the settings of a process that is about to start name any way to know callers. */
    public static boolean isConfigured(Map<String, String> environment) {
        return Stream.of(TOKENS_FILE, OIDC_ISSUER)
                .anyMatch(name -> !System.getProperty(name, "").isBlank()
                        || !environment
                                .getOrDefault(name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), "")
                                .isBlank());
    }

    /** Whether there is any way to know callers; without, everybody on this machine may do everything. */
    public boolean isConfigured() {
        return tokens.isPresent() || oidc.isPresent();
    }

    /**
     * Whose token this is; may ask the OpenID provider.
     *
     * @throws OidcTokens.UnavailableException when the provider does not answer
     */
    public Optional<Caller> find(String token) {
        if (token.startsWith(ApiTokens.PREFIX)) {
            return tokens.flatMap(known -> known.find(token));
        }
        return oidc.flatMap(known -> known.find(token));
    }
}
