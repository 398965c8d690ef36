package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;

/** Pipeline files that are wrong in one way each. */
final class BadYaml {

    private BadYaml() {}

    /**
     * @param what is wrong
     * @param yaml the file
     * @param line the first problem's
     * @param path the first problem's
     * @param words parts of the first problem's message
     */
    record Bad(String what, String yaml, int line, String path, List<String> words) {
        @Override
        public String toString() {
            return what;
        }

        /** Asserts that it is refused where and as it should be. */
        void assertRefused() {
            List<ConfigProblem> problems = problems(yaml);

            ConfigProblem first = problems.get(0);
            assertThat(first.file()).isEqualTo("pipeline.yaml");
            assertThat(first.line()).as("line of: %s", first).isEqualTo(line);
            assertThat(first.column()).isPositive();
            assertThat(first.path()).isEqualTo(path);
            assertThat(first.message()).contains(words);
            assertThat(problems.toString()).doesNotContain("s3cr3t");
        }
    }

    static List<ConfigProblem> problems(String yaml) {
        ConfigException refused = catchThrowableOfType(ConfigException.class, () -> Fixtures.read(yaml));
        assertThat(refused).as("the reader must refuse this").isNotNull();
        return refused.problems();
    }

    /** The minimal file with one of its lines replaced, which may add lines. */
    static Bad line(String what, String old, String replacement, int line, String path, String... words) {
        assertThat(Fixtures.MINIMAL).contains(old);
        return new Bad(what, Fixtures.MINIMAL.replace(old, replacement), line, path, List.of(words));
    }

    /** The minimal file, whose 14 lines are right, with more behind it. */
    static Bad more(String what, String more, int line, String path, String... words) {
        return new Bad(what, Fixtures.MINIMAL + more, line, path, List.of(words));
    }

    static Bad pipeline(String what, String line, String path, String... words) {
        return line(what, "  name: shop\n", "  name: shop\n  " + line + "\n", 3, "pipeline." + path, words);
    }

    static Bad source(String what, String line, String path, String... words) {
        return line(what, "  type: postgres\n", "  type: postgres\n  " + line + "\n", 5, "source." + path, words);
    }

    static Bad tables(String what, String tables, String... words) {
        return line(what, "tables: public.orders", "tables: " + tables, 8, "source.tables", words);
    }
}
