package io.sluice.service.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiTokensTest {

    private static final Caller OPS = new Caller("ops", Role.OPERATOR);

    @TempDir
    Path directory;

    private final String token = ApiTokens.generate();
    private Path file;

    @BeforeEach
    void listed() throws IOException {
        file = Files.writeString(directory.resolve("tokens"), "# made by hand\n\n" + ApiTokens.line(OPS, token) + "\n");
    }

    @Test
    void a_listed_token_names_its_caller_and_no_other_does() {
        ApiTokens tokens = new ApiTokens(file);

        assertThat(tokens.find(token)).contains(OPS);
        assertThat(tokens.find(ApiTokens.generate())).isEmpty();
        assertThat(tokens.find("")).isEmpty();
    }

    @Test
    void the_file_has_no_token_and_no_two_tokens_are_equal() throws IOException {
        assertThat(Files.readString(file)).doesNotContain(token.substring(ApiTokens.PREFIX.length()));
        assertThat(ApiTokens.generate()).isNotEqualTo(ApiTokens.generate()).hasSizeGreaterThan(40);
    }

    @Test
    void a_token_whose_line_is_taken_out_is_withdrawn_at_once() throws IOException {
        ApiTokens tokens = new ApiTokens(file);
        Files.writeString(file, "");

        assertThat(tokens.find(token)).isEmpty();
    }

    @Test
    void a_file_that_is_spoiled_or_gone_lets_nobody_in_until_it_is_mended() throws IOException {
        String good = Files.readString(file);
        ApiTokens tokens = new ApiTokens(file);

        Files.writeString(file, good + "nonsense\n");
        assertThat(tokens.find(token)).isEmpty();
        Files.delete(file);
        assertThat(tokens.find(token)).isEmpty();
        Files.writeString(file, good);
        assertThat(tokens.find(token)).contains(OPS);
    }

    @Test
    void a_line_that_makes_no_sense_is_refused_by_its_number_without_its_text() throws IOException {
        Files.writeString(file, "ops operator " + token + "\n");

        assertThatThrownBy(() -> new ApiTokens(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Line 1")
                .hasMessageNotContaining(token);
    }
}
