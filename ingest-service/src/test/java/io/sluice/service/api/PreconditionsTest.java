package io.sluice.service.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreconditionsTest {

    private static final Optional<String> PRESENT = Optional.of("abc");
    private static final Optional<String> NONE = Optional.empty();

    @Test
    void without_headers_everything_is_as_expected() {
        assertThat(Preconditions.of(null, null)).accepts(PRESENT, NONE);
    }

    @Test
    void if_match_wants_one_of_its_tags() {
        assertThat(Preconditions.of("\"abc\"", null)).accepts(PRESENT).rejects(NONE);
        assertThat(Preconditions.of("\"x\", \"abc\"", null)).accepts(PRESENT);
        assertThat(Preconditions.of("\"x\"", null)).rejects(PRESENT, NONE);
        assertThat(Preconditions.of("*", null)).accepts(PRESENT).rejects(NONE);
    }

    @Test
    void a_weak_tag_never_matches() {
        assertThat(Preconditions.of("W/\"abc\"", null)).rejects(PRESENT);
    }

    @Test
    void if_none_match_wants_none_of_its_tags() {
        assertThat(Preconditions.of(null, "*")).accepts(NONE).rejects(PRESENT);
        assertThat(Preconditions.of(null, "\"abc\"")).accepts(NONE).rejects(PRESENT);
        assertThat(Preconditions.of(null, "\"x\"")).accepts(PRESENT);
    }

    @Test
    void what_is_no_entity_tag_is_refused() {
        for (String header : new String[] {"abc", "\"abc", "", "\"a\",", "w/\"a\""}) {
            assertThatThrownBy(() -> Preconditions.of(header, null))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("If-Match");
        }
    }
}
