package io.sluice.service.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.PipelineConfigReader;
import io.sluice.service.wiring.PipelineAssembly;
import io.sluice.testkit.postgres.PostgresExtension;
import io.sluice.testkit.postgres.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class PlannerIT {

    @Test
    void a_warehouse_whose_name_no_file_can_have_is_an_objection_of_the_plan(TestDatabase database) {
        database.execute("CREATE TABLE items (id bigint PRIMARY KEY)");
        // Half of a character, which JSON can write and no file system can store.
        String json = """
                {"pipeline": {"name": "odd"},
                 "source": {"type": "postgres", "hostname": "%s", "port": %d, "database-name": "%s", "username": "%s",
                            "tables": "public.items"},
                 "sink": {"type": "iceberg", "namespace": "shop",
                          "catalog": {"type": "jdbc", "uri": "jdbc:sqlite:/nowhere/catalog.db",
                                      "warehouse": "/nowhere/ware\\ud800house"}}}
                """.formatted(database.host(), database.port(), database.name(), database.user());

        PlanReport plan =
                new Planner(PipelineAssembly.of(PipelineConfigReader.ofProcess().read("odd.json", json))).plan();

        assertThat(plan.canRun()).isFalse();
        assertThat(plan.lakeObjections()).anyMatch(objection -> objection.contains("file system cannot have"));
    }
}
