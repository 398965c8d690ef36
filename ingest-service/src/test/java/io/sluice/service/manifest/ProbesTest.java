package io.sluice.service.manifest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Probe;
import io.quarkus.test.junit.QuarkusTest;
import io.sluice.service.manifest.KubernetesObjects.Workload;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.inject.Inject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The paths of the probes and of the scrape, asked of the running service. */
@QuarkusTest
class ProbesTest {

    @Inject
    PipelineRegistry registry;

    @Test
    void the_paths_in_the_manifests_are_those_of_the_service() {
        registry.complete();
        for (String overlay : Manifests.overlays().toList()) {
            KubernetesObjects objects = Manifests.objects(overlay);
            List<Probe> probes = Manifests.probes(Manifests.container(objects));
            assertThat(probes).hasSize(3);
            assertThat(probes)
                    .extracting(probe -> probe.getHttpGet().getPath())
                    .doesNotHaveDuplicates()
                    .allSatisfy(path -> given().when().get(path).then().statusCode(200));
            Workload sluice = Manifests.sluice(objects);
            given().when()
                    .get(sluice.template().getMetadata().getAnnotations().get("prometheus.io/path"))
                    .then()
                    .statusCode(200);
        }
    }
}
