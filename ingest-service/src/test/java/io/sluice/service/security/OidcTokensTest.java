package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Base64;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OidcTokensTest {

    private Provider provider;
    private OidcTokens tokens;

    @BeforeEach
    void begin() throws Exception {
        provider = new Provider();
        tokens = new OidcTokens(new OidcTokens.Settings(provider.issuer(), "sluice", "groups"));
    }

    @AfterEach
    void end() {
        provider.close();
    }

    @Test
    void a_good_token_has_the_highest_of_its_roles() throws Exception {
        assertThat(tokens.find(provider.sign(provider.claims("viewer", "operator", "staff"))))
                .contains(new Caller("ada", Role.OPERATOR));
        assertThat(tokens.find(provider.sign(provider.claims("admin")))).contains(new Caller("ada", Role.ADMIN));
    }

    @Test
    void a_token_without_one_of_the_roles_lets_nobody_in() throws Exception {
        assertThat(tokens.find(provider.sign(provider.claims("staff")))).isEmpty();
    }

    @Test
    void a_token_of_another_issuer_audience_key_or_time_lets_nobody_in() throws Exception {
        JwtClaims issuer = provider.claims("admin");
        issuer.setIssuer("http://elsewhere");
        JwtClaims audience = provider.claims("admin");
        audience.setAudience("another");
        JwtClaims expired = provider.claims("admin");
        expired.setExpirationTime(NumericDate.fromSeconds(NumericDate.now().getValue() - 600));
        RsaJsonWebKey stranger = RsaJwkGenerator.generateJwk(2048);

        assertThat(tokens.find(provider.sign(issuer))).isEmpty();
        assertThat(tokens.find(provider.sign(audience))).isEmpty();
        assertThat(tokens.find(provider.sign(expired))).isEmpty();
        assertThat(tokens.find(Provider.sign(provider.claims("admin"), stranger)))
                .isEmpty();
        assertThat(tokens.find("nonsense")).isEmpty();
    }

    @Test
    void a_token_without_a_signature_lets_nobody_in() throws Exception {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        String unsigned = base64.encodeToString("{\"alg\":\"none\"}".getBytes("UTF-8")) + "."
                + base64.encodeToString(provider.claims("admin").toJson().getBytes("UTF-8")) + ".";

        assertThat(tokens.find(unsigned)).isEmpty();
    }

    @Test
    void a_provider_that_does_not_answer_is_told_apart_from_a_bad_token() throws Exception {
        String token = provider.sign(provider.claims("admin"));
        OidcTokens unreachable =
                new OidcTokens(new OidcTokens.Settings(URI.create("http://localhost:1"), "sluice", "groups"));

        assertThatThrownBy(() -> unreachable.find(token))
                .isInstanceOf(OidcTokens.UnavailableException.class)
                .hasMessageContaining("http://localhost:1/.well-known/openid-configuration");
    }
}
