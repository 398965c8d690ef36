package io.sluice.service.security;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.smallrye.jwt.algorithm.SignatureAlgorithm;
import io.smallrye.jwt.auth.principal.DefaultJWTParser;
import io.smallrye.jwt.auth.principal.JWTAuthContextInfo;
import io.smallrye.jwt.auth.principal.JWTParser;
import io.smallrye.jwt.auth.principal.ParseException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Access tokens (JWT) of an OpenID provider: signature by the keys that the provider publishes, issuer, audience and
 * expiry are checked. Keys are found through the provider's discovery document when the first token comes. Safe for use
 * by several threads.
 */
public final class OidcTokens {

    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final int KEYS_KEPT_MINUTES = 10;

    private final Settings settings;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(LIMIT).build();
    private volatile Optional<JWTParser> parser = Optional.empty();

    /**
     * The provider.
     *
     * @param issuer its URL, below which the discovery document is
     * @param audience what tokens must be for
     * @param rolesClaim the path of the claim with the roles, such as {@code groups} or {@code realm_access/roles}
     */
    public record Settings(URI issuer, String audience, String rolesClaim) {}

    /** Asks nobody yet. */
    public OidcTokens(Settings settings) {
        this.settings = settings;
    }

    /** The provider cannot be asked for its keys. */
    public static final class UnavailableException extends RuntimeException {
        UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Whose token this is; empty for one that is not good, or that has none of the roles.
     *
     * @throws UnavailableException when the provider does not answer
     */
    public Optional<Caller> find(String token) {
        JsonWebToken parsed;
        try {
            parsed = parser().parse(token);
        } catch (ParseException e) {
            return Optional.empty();
        }
        Set<String> groups = parsed.getGroups();
        return EnumSet.allOf(Role.class).stream()
                .filter(role -> groups.contains(role.roleName()))
                .reduce((one, higher) -> higher)
                .map(role -> new Caller(parsed.getName(), role));
    }

    private JWTParser parser() {
        Optional<JWTParser> present = parser;
        if (present.isPresent()) {
            return present.get();
        }
        JWTAuthContextInfo info = new JWTAuthContextInfo();
        info.setIssuedBy(settings.issuer().toString());
        info.setExpectedAudience(Set.of(settings.audience()));
        info.setPublicKeyLocation(keys());
        info.setGroupsPath(settings.rolesClaim());
        info.setJwksRefreshInterval(KEYS_KEPT_MINUTES);
        // Asymmetric ones alone: with a shared secret whoever checks could also issue.
        info.setSignatureAlgorithm(EnumSet.of(
                SignatureAlgorithm.RS256,
                SignatureAlgorithm.RS384,
                SignatureAlgorithm.RS512,
                SignatureAlgorithm.ES256,
                SignatureAlgorithm.ES384,
                SignatureAlgorithm.PS256));
        JWTParser made = new DefaultJWTParser(info);
        parser = Optional.of(made);
        return made;
    }

    private String keys() {
        URI discovery =
                URI.create(settings.issuer().toString().replaceFirst("/$", "") + "/.well-known/openid-configuration");
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(discovery).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
            JsonNode document = new ObjectMapper().readTree(answer.body());
            String location = document.path("jwks_uri").asText("");
            if (answer.statusCode() != 200 || location.isEmpty()) {
                throw new IOException("status " + answer.statusCode() + " without a jwks_uri");
            }
            return location;
        } catch (IOException e) {
            throw new UnavailableException("The OpenID provider cannot be asked at " + discovery + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("Asking the OpenID provider was interrupted", e);
        }
    }
}
