package io.sluice.incremental.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which type may stand for which, and how types are spelt. */
class PostgresTypesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "integer; integer; true",
                "int4; integer; true",
                "varchar(3); character varying(3); true",
                "character varying(3); character varying; true",
                "character varying; character varying(3); false",
                "character(3); character(4); false",
                "numeric(10,2); numeric(10, 2); true",
                "numeric(10,2); numeric(12,2); false",
                "timestamp(3) without time zone; timestamp without time zone; true",
                "timestamp without time zone; timestamp(3) without time zone; false",
                "timestamp without time zone; timestamp with time zone; false",
                "text; character varying; false",
                "text; jsonb; false",
                "\"char\"; \"char\"; true",
                "character(1); \"char\"; false",
                "public.mood; public.mood; true"
            })
    void aTypeFitsWhenEveryOldValueStaysAsItIs(String expected, String found, boolean fits) {
        assertThat(PostgresTypes.fits(expected, found)).isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "1700; 655366; numeric(10,2)",
                "1700; -1; numeric",
                "1043; 14; character varying(10)",
                "1114; 3; timestamp(3) without time zone",
                "1184; -1; timestamp with time zone",
                "18; -1; \"char\""
            })
    void builtInTypesAreSpeltAsTheCatalogDoes(int oid, int modifier, String spelling) {
        assertThat(PostgresTypes.builtIn(oid, modifier)).contains(spelling);
    }
}
