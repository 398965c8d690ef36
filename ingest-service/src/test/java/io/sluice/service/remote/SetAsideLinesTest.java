package io.sluice.service.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the commands tell people of rows that are set aside. */
class SetAsideLinesTest {

    private static JsonNode json(String text) throws IOException {
        return new ObjectMapper().readTree(text.replace('\'', '"'));
    }

    @Test
    void each_row_is_a_line_with_its_reason_and_the_last_line_says_what_to_do() throws IOException {
        List<String> lines = DeadLettersCommand.lines(json("""
                {'open': 3, 'deadLetters': [
                  {'table': 'public.orders', 'key': 'id=17', 'column': 'cents', 'reason': 'outside of bigint',
                   'position': '0/1A2B', 'cut': 12, 'at': '2026-11-23T06:05:00Z'},
                  {'table': 'public.items', 'key': 'a=1, b=2', 'column': 'due', 'reason': 'infinity',
                   'position': '0/1A00', 'cut': 0, 'at': '2026-11-23T06:04:00Z'}]}
                """));

        assertThat(lines)
                .startsWith(
                        "TABLE          KEY       COLUMN  CUT   SINCE                 REASON",
                        "public.orders  id=17     cents   12    2026-11-23T06:05:00Z  outside of bigint",
                        "public.items   a=1, b=2  due     load  2026-11-23T06:04:00Z  infinity");
        assertThat(lines.get(4)).contains("3 rows are set aside", "the latest 2", "at the source", "read anew");
    }

    @Test
    void none_is_told_in_words() throws IOException {
        assertThat(DeadLettersCommand.lines(json("{'open': 0, 'deadLetters': []}")))
                .containsExactly("No row is set aside.");
    }

    @Test
    void a_verification_tells_of_them_beside_its_verdict() throws IOException {
        assertThat(RemoteVerification.lines(json("""
                {'state': 'DONE', 'verdict': 'SAME', 'tables': [{'source': 'public.orders', 'sink': 'shop.orders',
                 'verdict': 'SAME', 'sourceRows': 9, 'setAside': 1, 'examples': [], 'reason': null}]}
                """))).contains("  public.orders: besides, 1 row set aside");
    }

    @Test
    void the_status_notes_tables_that_have_some() throws IOException {
        JsonNode shop = json("""
                {'name': 'shop', 'state': 'RUNNING', 'phase': 'STREAMING', 'cut': 17, 'lagSeconds': 0, 'error': null,
                 'tables': [{'source': 'public.items', 'sink': 'shop.items', 'phase': 'STREAMING', 'setAside': 0},
                            {'source': 'public.orders', 'sink': 'shop.orders', 'phase': 'STREAMING', 'setAside': 2},
                            {'source': 'public.old', 'sink': 'shop.old', 'phase': 'STOPPED', 'setAside': 1}]}
                """);

        assertThat(String.join("\n", StatusCommand.one(shop)))
                .contains("3 (1 stopped, 3 rows set aside)")
                .contains("public.orders: 2 rows set aside; 'sluice dead-letters shop' shows them and why")
                .contains("public.old: 1 row set aside;")
                .doesNotContain("public.items: ");
        assertThat(String.join(
                        "\n",
                        StatusCommand.one(json(shop.toString().replaceAll("\"setAside\":\\d", "\"setAside\":0")))))
                .contains("3 (1 stopped)")
                .doesNotContain("set aside");
    }
}
