package io.sluice.service.refusals;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.failpoint.FailPoints;
import io.sluice.pipeline.position.LogSequenceNumber;
import io.sluice.service.plan.PlanReport;
import io.sluice.service.plan.Planner;
import io.sluice.service.runtime.Pipeline;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.runtime.PipelineStatus;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.lake.LakeReader;
import io.sluice.testkit.lake.SourceLakeChecker;
import io.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.awaitility.Awaitility;

/** A database, a lake in a directory, and a pipeline file between them whose parts a test can spoil and mend. */
final class Rig {

    static final Duration LIMIT = Duration.ofSeconds(60);

    private final TestDatabase database;
    private final Path directory;
    private final Path catalog;
    private final Queue<PipelineEvent> events = new ConcurrentLinkedQueue<>();
    private final List<String> tables;
    private final Map<String, String> transforms = new LinkedHashMap<>();
    private final Map<String, String> routes = new LinkedHashMap<>();
    private final Map<String, String> catalogProperties = new LinkedHashMap<>();
    private String name = "shop";
    private String user;
    private String password;
    private int port;
    private Path warehouse;
    private String sourceSettings = "";
    private String pipelineSettings = "";
    private FailPoints failPoints = FailPoints.NONE;

    /** A pipeline of these tables of the schema {@code public}, each into the table of the same name in {@code lake}. */
    Rig(TestDatabase database, Path directory, String... tables) {
        this.database = database;
        this.directory = directory;
        this.catalog = directory.resolve("catalog.db");
        this.warehouse = directory.resolve("warehouse");
        this.tables = new ArrayList<>(List.of(tables));
        this.user = database.user();
        this.password = database.password();
        this.port = database.port();
    }

    Rig named(String name) {
        this.name = name;
        return this;
    }

    Rig tables(String... names) {
        tables.clear();
        tables.addAll(List.of(names));
        return this;
    }

    Rig connectingAs(String user, String password) {
        this.user = user;
        this.password = password;
        return this;
    }

    Rig connectingTo(int port) {
        this.port = port;
        return this;
    }

    /** Lines of a transform rule, such as {@code projection: "*"}; none to remove the rule. */
    Rig transform(String table, String... lines) {
        if (lines.length == 0) {
            transforms.remove(table);
        } else {
            transforms.put(table, "    " + String.join("\n    ", lines) + "\n");
        }
        return this;
    }

    Rig route(String table, String sink) {
        routes.put(table, sink);
        return this;
    }

    Rig warehouse(Path directory) {
        this.warehouse = directory;
        return this;
    }

    Rig catalogProperty(String key, String value) {
        catalogProperties.put(key, value);
        return this;
    }

    Rig settings(String lines) {
        this.pipelineSettings = lines;
        return this;
    }

    /** Places at which runs from here on die. */
    Rig dyingAt(FailPoints points) {
        this.failPoints = points;
        return this;
    }

    Rig sourceSettings(String lines) {
        this.sourceSettings = lines;
        return this;
    }

    /** The failures told so far, those that were retried too. */
    List<PipelineEvent.Failed> failures() {
        return events(PipelineEvent.Failed.class);
    }

    /** The events of a kind told so far. */
    <T extends PipelineEvent> List<T> events(Class<T> kind) {
        return events.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** A pipeline from the file as it is now, not started. */
    /** What {@code plan} says of the pipeline as it is now. */
    PlanReport plan() {
        return new Planner(assembly()).plan();
    }

    Pipeline pipeline() {
        return pipeline(event -> {});
    }

    Pipeline pipeline(Consumer<PipelineEvent> watcher) {
        return assembly()
                .pipeline(
                        event -> {
                            events.add(event);
                            watcher.accept(event);
                        },
                        Clock.systemUTC());
    }

    private PipelineAssembly assembly() {
        try {
            Files.createDirectories(directory);
            Path file = directory.resolve(name + ".yaml");
            Files.writeString(file, yaml());
            return PipelineAssembly.of(PipelineConfigReader.ofProcess().read(file), failPoints);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the pipeline, which must end in a failure of this kind. */
    PipelineStatus.Failure fails(ErrorKind kind) throws InterruptedException {
        try (Pipeline pipeline = pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            return awaitFailure(pipeline, kind);
        }
    }

    PipelineStatus.Failure awaitFailure(Pipeline pipeline, ErrorKind kind) throws InterruptedException {
        assertThat(pipeline.awaitEnd(LIMIT))
                .as("ended in time; told so far: %s", failures())
                .isTrue();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.FAILED);
        PipelineStatus.Failure failure = pipeline.status().error().orElseThrow();
        return told(failure, kind);
    }

    PipelineStatus.Failure told(PipelineStatus.Failure failure, ErrorKind kind) {
        assertThat(failure.kind()).as(failure.message()).isEqualTo(kind);
        assertThat(failure.hint()).isNotBlank();
        if (!password.equals(user)) {
            assertThat(failure.message() + failure.hint()).doesNotContain(password);
        }
        return failure;
    }

    /** Runs the pipeline until what is committed at the source now is published. */
    void catchUp() throws InterruptedException {
        try (Pipeline pipeline = pipeline()) {
            pipeline.start(Pipeline.RunMode.UNTIL_CAUGHT_UP);
            assertThat(pipeline.awaitEnd(LIMIT))
                    .as("ended in time; told so far: %s", failures())
                    .isTrue();
            assertThat(pipeline.status().state())
                    .as("end, with failure %s", pipeline.status().error())
                    .isEqualTo(PipelineState.STOPPED);
        }
    }

    /** Returns when the running pipeline has published everything that is committed at the source now. */
    void awaitPublished(Pipeline pipeline) {
        LogSequenceNumber position = database.currentPosition();
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(50)).until(() -> {
            PipelineStatus status = pipeline.status();
            assertThat(status.state()).as("with failure %s", status.error()).isNotEqualTo(PipelineState.FAILED);
            Optional<LogSequenceNumber> reached = status.position().map(LogSequenceNumber::parse);
            return reached.isPresent() && reached.get().covers(position);
        });
    }

    /** Asserts that a lake table of namespace {@code lake} is the result of the query. */
    void assertLake(String table, String query) {
        try (LakeReader lake = lake()) {
            new SourceLakeChecker(database).assertSame(query, lake.table("lake." + table));
        }
    }

    /** Asserts that every table of the pipeline equals its source, untransformed. */
    void assertEqual() {
        for (String table : tables) {
            assertLake(table, "SELECT * FROM public." + table);
        }
    }

    /** Runs to the end and compares: nothing was lost. */
    void catchUpAndCompare() throws InterruptedException {
        catchUp();
        assertEqual();
    }

    long publishedCut(String table) {
        try (LakeReader lake = lake()) {
            return Long.parseLong(
                    lake.table("lake." + table).property("sluice.cut").orElseThrow());
        }
    }

    /** What an operator does with any Iceberg engine. */
    void dropLakeTable(String table) {
        elsewhere(iceberg -> assertThat(iceberg.dropTable(TableIdentifier.of("lake", table), true))
                .isTrue());
    }

    /** What another engine does to a lake table. */
    void changeLakeTable(String table, Consumer<Table> change) {
        elsewhere(iceberg -> change.accept(iceberg.loadTable(TableIdentifier.of("lake", table))));
    }

    private void elsewhere(Consumer<Catalog> use) {
        try (JdbcCatalog iceberg = new JdbcCatalog()) {
            iceberg.setConf(new Configuration());
            iceberg.initialize(
                    "sluice",
                    Map.of(
                            CatalogProperties.URI,
                            "jdbc:sqlite:" + catalog,
                            CatalogProperties.WAREHOUSE_LOCATION,
                            warehouse.toString(),
                            "jdbc.schema-version",
                            "V1",
                            "jdbc.busy_timeout",
                            "30000"));
            use.accept(iceberg);
        }
    }

    LakeReader lake() {
        return LakeReader.open("jdbc:sqlite:" + catalog, warehouse);
    }

    /** The lake has no table that readers could see rows of, or none at all. */
    void assertNothingPublished() {
        if (!Files.exists(catalog)) {
            return;
        }
        try (LakeReader lake = lake()) {
            lake.tables()
                    .forEach(table -> assertThat(lake.table(table).snapshotId())
                            .as("snapshot of %s", table)
                            .isEmpty());
        }
    }

    /** The catalog has no table at all. */
    void assertNoTables() {
        if (!Files.exists(catalog)) {
            return;
        }
        try (LakeReader lake = lake()) {
            assertThat(lake.tables()).isEmpty();
        }
    }

    /** Nothing was made at the source. */
    void assertNothingAtTheSource() {
        assertThat(slots()).isEmpty();
        assertThat(database.queryStrings("SELECT pubname FROM pg_publication")).isEmpty();
    }

    List<String> slots() {
        return database.queryStrings("SELECT slot_name FROM pg_replication_slots WHERE database = current_database()");
    }

    private String yaml() {
        StringBuilder yaml = new StringBuilder("pipeline:\n  name: " + name + "\n  commit-interval: 100ms\n"
                + "  snapshot-parallelism: 1\n  state-directory: " + quoted(directory.resolve("state")) + "\n"
                + pipelineSettings.indent(2));
        yaml.append("source:\n  type: postgres\n  hostname: " + database.host() + "\n  port: " + port
                + "\n  database-name: " + database.name() + "\n  username: " + quoted(user) + "\n  password: "
                + quoted(password) + "\n  slot-name: " + slotName() + "\n"
                + sourceSettings.indent(2) + "  tables:\n");
        for (String table : tables) {
            yaml.append("    - public." + table + "\n");
        }
        yaml.append("sink:\n  type: iceberg\n  namespace: lake\n  catalog:\n    type: jdbc\n    uri: "
                + quoted("jdbc:sqlite:" + catalog) + "\n    warehouse: " + quoted(warehouse) + "\n");
        if (!catalogProperties.isEmpty()) {
            yaml.append("    properties:\n");
            catalogProperties.forEach((key, value) -> yaml.append("      " + key + ": " + quoted(value) + "\n"));
        }
        if (!transforms.isEmpty()) {
            yaml.append("transform:\n");
            transforms.forEach((table, rule) -> yaml.append("  - source-table: public." + table + "\n" + rule));
        }
        if (!routes.isEmpty()) {
            yaml.append("route:\n");
            routes.forEach((table, sink) ->
                    yaml.append("  - source-table: public." + table + "\n    sink-table: " + sink + "\n"));
        }
        return yaml.toString();
    }

    /** A server has one name space of slots for all its databases. */
    String slotName() {
        return name + "_" + database.name();
    }

    private static String quoted(Object text) {
        return "'" + text.toString().replace("'", "''").replace("${", "$${") + "'";
    }
}
