package io.sluice.service.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.service.definition.PipelineFleet.Begin;
import io.sluice.service.definition.RefusedChangeException.Reason;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefinitionDirectoriesTest {

    @TempDir
    Path root;

    private Path directory;
    private final PipelineRegistry registry = new PipelineRegistry(Clock.systemUTC());
    private final PipelineFleet fleet = Definitions.fleet(registry, 10);
    private DefinitionDirectories directories;

    @BeforeEach
    void oneFile() throws IOException {
        directory = Files.createDirectory(root.resolve("pipelines"));
        write("shop.yaml", Definitions.yaml("shop", "10s"));
        directories = new DefinitionDirectories(fleet, Definitions.READER, List.of(directory));
        directories.begin();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private void settle() {
        directories.look();
        directories.look();
    }

    private Pipeline pipeline(String name) {
        return registry.find(name).orElseThrow();
    }

    @Test
    void a_file_is_a_running_pipeline_from_the_first_look() {
        assertThat(pipeline("shop").status().state()).isEqualTo(PipelineState.RUNNING);
        assertThat(directories.refused()).isEmpty();
    }

    @Test
    void a_changed_file_replaces_its_pipeline_once_two_looks_found_the_same() throws IOException {
        Pipeline first = pipeline("shop");
        write("shop.yaml", Definitions.yaml("shop", "20s"));

        directories.look();
        assertThat(pipeline("shop")).isSameAs(first);

        directories.look();
        assertThat(pipeline("shop")).isNotSameAs(first);
        assertThat(pipeline("shop").status().state()).isEqualTo(PipelineState.RUNNING);
        Pipeline second = pipeline("shop");
        settle();
        assertThat(pipeline("shop")).isSameAs(second);
    }

    @Test
    void a_file_that_became_wrong_leaves_its_pipeline_alone_and_tells_why() throws IOException {
        Pipeline first = pipeline("shop");
        write("shop.yaml", Definitions.yaml("shop", "soon"));
        settle();

        assertThat(pipeline("shop")).isSameAs(first);
        assertThat(first.status().state()).isEqualTo(PipelineState.RUNNING);
        assertThat(directories.refused()).singleElement().satisfies(refused -> {
            assertThat(refused.place()).endsWith("shop.yaml");
            assertThat(refused.problems().get(0).path()).isEqualTo("pipeline.commit-interval");
        });

        write("shop.yaml", Definitions.yaml("shop", "30s"));
        settle();
        assertThat(directories.refused()).isEmpty();
        assertThat(pipeline("shop")).isNotSameAs(first);
    }

    @Test
    void files_that_come_and_go_are_pipelines_that_come_and_go() throws IOException {
        write("more.yml", Definitions.yaml("more", "10s"));
        write("notes.txt", "not a pipeline");
        write(".hidden.yaml", "not one either");
        settle();
        Pipeline more = pipeline("more");
        assertThat(more.status().state()).isEqualTo(PipelineState.RUNNING);

        Files.delete(directory.resolve("more.yml"));
        settle();
        assertThat(more.status().state()).isEqualTo(PipelineState.STOPPED);
        assertThat(registry.find("more")).isEmpty();
        assertThat(directories.refused()).isEmpty();
    }

    @Test
    void a_renamed_file_goes_on_as_the_same_pipeline() throws IOException {
        Pipeline first = pipeline("shop");

        Files.move(directory.resolve("shop.yaml"), directory.resolve("renamed.yaml"));
        directories.look();
        directories.look();

        assertThat(registry.find("shop").map(Pipeline::status).map(status -> status.state()))
                .contains(PipelineState.RUNNING);
        assertThat(fleet.find("shop").orElseThrow().place()).endsWith("renamed.yaml");
        assertThat(pipeline("shop")).as("never ended").isSameAs(first);
    }

    @Test
    void two_files_of_one_name_leave_the_first_alone() throws IOException {
        Pipeline first = pipeline("shop");
        write("again.yaml", Definitions.yaml("shop", "20s"));
        settle();

        assertThat(pipeline("shop")).isSameAs(first);
        assertThat(directories.refused())
                .singleElement()
                .satisfies(refused ->
                        assertThat(refused.problems().get(0).message()).contains("already that of", "shop.yaml"));
    }

    @Test
    void a_directory_that_cannot_be_read_leaves_all_its_pipelines_alone() throws IOException {
        Path elsewhere = Files.move(directory, root.resolve("away"));
        settle();
        assertThat(pipeline("shop").status().state()).isEqualTo(PipelineState.RUNNING);
        assertThat(directories.refused())
                .singleElement()
                .satisfies(refused ->
                        assertThat(refused.problems().get(0).message()).contains("cannot be read"));

        Files.move(elsewhere, directory);
        settle();
        assertThat(directories.refused()).isEmpty();
        assertThat(pipeline("shop").status().state()).isEqualTo(PipelineState.RUNNING);
    }

    @Test
    void links_as_of_a_config_map_are_followed_to_their_new_texts() throws IOException {
        Path mounted = Files.createDirectory(root.resolve("mounted"));
        Path one = Files.createDirectory(mounted.resolve("..one"));
        Path two = Files.createDirectory(mounted.resolve("..two"));
        Files.writeString(one.resolve("a.yaml"), Definitions.yaml("mapped", "10s"));
        Files.writeString(two.resolve("a.yaml"), Definitions.yaml("mapped", "20s"));
        Path data = Files.createSymbolicLink(mounted.resolve("..data"), one);
        Files.createSymbolicLink(mounted.resolve("a.yaml"), data.resolve("a.yaml"));
        DefinitionDirectories mapped = new DefinitionDirectories(fleet, Definitions.READER, List.of(mounted));
        mapped.begin();
        Pipeline first = pipeline("mapped");

        Files.delete(data);
        Files.createSymbolicLink(data, two);
        mapped.look();
        mapped.look();

        assertThat(pipeline("mapped")).isNotSameAs(first);
    }

    @Test
    void a_pipeline_of_a_file_is_not_changed_by_requests() {
        fleet.keepIn(root.resolve("kept"));

        assertThat(catchThrowableOfType(
                                RefusedChangeException.class,
                                () -> fleet.put(
                                        "shop", Definitions.yaml("shop", "20s"), present -> true, Begin.STARTED))
                        .reason())
                .isEqualTo(Reason.DEFINED_BY_FILE);
        assertThat(catchThrowableOfType(RefusedChangeException.class, () -> fleet.remove("shop", present -> true))
                        .reason())
                .isEqualTo(Reason.DEFINED_BY_FILE);
    }
}
