package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableSelectorTest {

    @ParameterizedTest(name = "{0} and {1}.{2}: {3}")
    @CsvSource(
            delimiter = ' ',
            value = {
                "public.orders public orders true",
                "public.orders public orders2 false",
                "public.orders public2 orders false",
                "public.orders public Orders false",
                "public.order_.* public order_items true",
                "public.order_.* public orders false",
                "public.order_.* xpublic order_items false",
                "public\\.orders public orders true",
                "public\\.order_.* public order_items true",
                "public.order_\\.* public order_items true",
                "\\.*.\\.* any thing true",
                ".*..* any thing true",
                ".*\\.orders any orders true",
                "public.* public anything true",
                "public.* publicity anything false",
                "app_[0-9]+.t[.]x app_12 t.x true",
                "app_[0-9]+.t[.]x app_12 tyx false",
                "public.my\\.table public my.table true",
                "public.my\\.table public my_table false",
                "public.(a|b) public b true",
                "(public|sales).a sales a true",
                "(public|sales).a public b false",
                "public.orders_. public orders_1 true",
                "public.orders_. public orders_12 false",
                "public.a{1,3} public aa true",
                "public.a{1,3} public aaaa false",
            })
    void selects(String patterns, String schema, String table, boolean selected) {
        assertThat(TableSelector.parse(patterns).matches(schema, table)).isEqualTo(selected);
    }

    @Test
    void a_comma_is_an_or() {
        TableSelector selector = TableSelector.parse("public.a , sales.[b,c]");

        assertThat(selector.matches("public", "a")).isTrue();
        assertThat(selector.matches("sales", "c")).isTrue();
        assertThat(selector.matches("sales", "a")).isFalse();
        assertThat(selector.patterns()).containsExactly("public.a", "sales.[b,c]");
    }

    @Test
    void a_table_is_named_outright_only_without_any_expression() {
        assertThat(TableSelector.parse("public.a, public.b_.*, public\\.c, public.d\\$1, public.(e)")
                        .exactNames())
                .containsExactly(
                        new TableName("public", "a"), new TableName("public", "c"), new TableName("public", "d$1"));
    }

    @Test
    void none_selects_nothing() {
        assertThat(TableSelector.none().matches("public", "a")).isFalse();
    }

    @Test
    void a_pattern_that_would_never_end_is_given_up_with_what_to_do() {
        TableSelector endless = TableSelector.parse("public.a*a*a*a*a*a*b");

        assertThatThrownBy(() -> endless.matches("public", "a".repeat(60)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("a*a*a*a*a*a*b")
                .hasMessageContaining("with fewer repetitions");
    }

    @Test
    void a_pattern_has_a_bearable_length_and_a_long_name_takes_no_stack() {
        assertThatThrownBy(() -> TableSelector.parse("public." + "(".repeat(100_000)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 1000 characters");
        assertThat(TableSelector.parse("public." + "x".repeat(900)).matches("public", "x".repeat(900)))
                .isTrue();
    }
}
