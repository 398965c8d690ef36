package io.sluice.service.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.sluice.service.manifest.KubernetesObjects.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code kubectl apply -k} would send: whole, of known types, and with every name that is used defined. */
class ManifestsTest {

    static Stream<String> overlays() {
        return Manifests.overlays();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void every_object_is_one_that_kubernetes_knows(String overlay) {
        KubernetesObjects objects = Manifests.objects(overlay);
        assertThat(objects.of(StatefulSet.class)).hasSize(1);
        String namespace = objects.of(Namespace.class).get(0).getMetadata().getName();
        assertThat(objects.all())
                .filteredOn(object -> !(object instanceof Namespace))
                .allMatch(object -> namespace.equals(object.getMetadata().getNamespace()));
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void every_name_in_a_pod_is_defined_or_told_to_be_provided(String overlay) throws IOException {
        KubernetesObjects objects = Manifests.objects(overlay);
        Set<String> secrets = Manifests.documentedSecrets();
        for (Workload workload : objects.workloads()) {
            PodSpec pod = workload.template().getSpec();
            Set<String> volumes = new HashSet<>(workload.claims());
            for (Volume volume : pod.getVolumes()) {
                assertThat(volumes.add(volume.getName())).as(volume.getName()).isTrue();
                if (volume.getConfigMap() != null) {
                    assertThat(objects.find(
                                    ConfigMap.class, volume.getConfigMap().getName()))
                            .as("config map of volume %s", volume.getName())
                            .isPresent();
                } else if (volume.getSecret() != null) {
                    assertThat(secrets)
                            .as("secret of volume %s", volume.getName())
                            .anyMatch(
                                    known -> known.startsWith(volume.getSecret().getSecretName() + "/"));
                } else {
                    assertThat(volume.getEmptyDir()).as(volume.getName()).isNotNull();
                }
            }
            for (Container container : pod.getContainers()) {
                assertThat(container.getVolumeMounts())
                        .extracting(VolumeMount::getName)
                        .isSubsetOf(volumes);
                for (EnvVar variable : container.getEnv()) {
                    Optional.ofNullable(variable.getValueFrom())
                            .flatMap(from -> Optional.ofNullable(from.getSecretKeyRef()))
                            .ifPresent(key -> assertThat(secrets)
                                    .as(variable.getName())
                                    .contains(key.getName() + "/" + key.getKey()));
                }
                List<String> ports = container.getPorts().stream()
                        .map(ContainerPort::getName)
                        .toList();
                for (Probe probe : Manifests.probes(container)) {
                    if (probe.getHttpGet() != null) {
                        assertThat(ports).contains(probe.getHttpGet().getPort().getStrVal());
                    }
                }
            }
            if (pod.getServiceAccountName() != null) {
                assertThat(objects.find(ServiceAccount.class, pod.getServiceAccountName()))
                        .isPresent();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void selectors_select_and_ports_exist(String overlay) {
        KubernetesObjects objects = Manifests.objects(overlay);
        for (Service service : objects.of(Service.class)) {
            Workload selected = only(objects, service.getSpec().getSelector());
            assertThat(service.getSpec().getPorts())
                    .extracting((ServicePort port) -> port.getTargetPort().getStrVal())
                    .isSubsetOf(portNames(selected));
        }
        for (PodDisruptionBudget budget : objects.of(PodDisruptionBudget.class)) {
            only(objects, budget.getSpec().getSelector().getMatchLabels());
        }
        for (NetworkPolicy policy : objects.of(NetworkPolicy.class)) {
            Workload selected = only(objects, policy.getSpec().getPodSelector().getMatchLabels());
            policy.getSpec().getIngress().stream()
                    .flatMap(rule -> rule.getPorts().stream())
                    .forEach(port -> assertThat(portNames(selected))
                            .contains(port.getPort().getStrVal()));
        }
        StatefulSet set = objects.of(StatefulSet.class).get(0);
        assertThat(only(objects, set.getSpec().getSelector().getMatchLabels()).name())
                .isEqualTo(set.getMetadata().getName());
        assertThat(objects.find(Service.class, set.getSpec().getServiceName()))
                .get()
                .extracting(service -> service.getSpec().getClusterIP())
                .isEqualTo("None");
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void the_service_account_may_do_what_leader_election_asks_for_and_no_more(String overlay) {
        KubernetesObjects objects = Manifests.objects(overlay);
        RoleBinding binding = objects.of(RoleBinding.class).get(0);
        Role role = objects.find(Role.class, binding.getRoleRef().getName()).orElseThrow();
        assertThat(binding.getSubjects()).singleElement().satisfies(subject -> {
            assertThat(objects.find(ServiceAccount.class, subject.getName())).isPresent();
            assertThat(subject.getNamespace()).isEqualTo(role.getMetadata().getNamespace());
        });
        Map<String, String> environment = Manifests.environment(objects);
        String lease = environment.get("SLUICE_LEADER_ELECTION_LEASE");
        String service = environment.get("SLUICE_LEADER_ELECTION_SERVICE");
        assertThat(objects.find(Service.class, service)).isPresent();
        assertThat(role.getRules())
                .extracting(rule -> rule.getVerbs() + " " + rule.getResources() + " " + rule.getResourceNames())
                .containsExactlyInAnyOrder(
                        "[create] [leases] []",
                        "[get, update] [leases] [" + lease + "]",
                        "[patch] [services] [" + service + "]");
        assertThat(Manifests.sluice(objects).template().getSpec().getAutomountServiceAccountToken())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("overlays")
    void pods_run_as_the_restricted_standard_asks_and_within_limits(String overlay) {
        for (Workload workload : Manifests.objects(overlay).workloads()) {
            PodSpec pod = workload.template().getSpec();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            for (Container container : pod.getContainers()) {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getImage()).matches("[^:]+:[0-9]+\\.[0-9][^:]*");
            }
        }
    }

    @Test
    void in_production_there_are_two_replicas_of_which_one_at_a_time_may_go() {
        KubernetesObjects objects = Manifests.objects("production");
        assertThat(objects.of(StatefulSet.class).get(0).getSpec().getReplicas()).isEqualTo(2);
        assertThat(objects.of(PodDisruptionBudget.class)
                        .get(0)
                        .getSpec()
                        .getMaxUnavailable()
                        .getIntVal())
                .isEqualTo(1);
    }

    @Test
    void dashboard_and_alerts_are_what_is_sent_for_monitoring() throws IOException {
        List<ObjectNode> objects = Kustomization.render(Manifests.DIRECTORY);
        assertThat(objects)
                .extracting(object -> object.path("kind").asText())
                .containsExactlyInAnyOrder("PrometheusRule", "ConfigMap");
        assertThat(objects)
                .allMatch(object -> object.at("/metadata/namespace").asText().equals("monitoring"));
        ObjectNode dashboard = objects.stream()
                .filter(object -> object.path("kind").asText().equals("ConfigMap"))
                .findFirst()
                .orElseThrow();
        assertThat(KubernetesObjects.parse(List.of(dashboard))
                        .of(ConfigMap.class)
                        .get(0)
                        .getData())
                .containsEntry(
                        "grafana-dashboard.json",
                        Files.readString(Manifests.DIRECTORY.resolve("grafana-dashboard.json")));
        assertThat(dashboard.at("/metadata/labels/grafana_dashboard").asText()).isEqualTo("1");
    }

    @Test
    void no_secret_is_among_the_manifests() {
        for (String overlay : overlays().toList()) {
            assertThat(Manifests.objects(overlay).all())
                    .extracting(HasMetadata::getKind)
                    .doesNotContain("Secret");
        }
    }

    @Test
    void mistakes_are_found() {
        refuses(text -> text.replace("containers:", "container:"), "container");
        refuses(text -> text.replace("periodSeconds", "periodSecond"), "periodSecond");
        refuses(text -> text.replace("replicas: 1", "replicas: \"1\""), "replicas");
        refuses(text -> text.replace("prometheus.io/port: \"8080\"", "prometheus.io/port: 8080"), "annotations");
        refuses(text -> text.replace("value: \"true\"", "value: true"), "value");
        refuses(text -> text.replace("kind: StatefulSet", "kind: StatefulSets"), "not known");
    }

    private static void refuses(UnaryOperator<String> mistake, String named) {
        Path file = Manifests.DIRECTORY.resolve("base/statefulset.yaml");
        String right = read(file);
        String wrong = mistake.apply(right);
        assertThat(wrong).isNotEqualTo(right);
        List<ObjectNode> objects = YamlFiles.parse("changed", wrong);
        assertThatThrownBy(() -> KubernetesObjects.parse(objects)).hasMessageContaining(named);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> portNames(Workload workload) {
        return workload.template().getSpec().getContainers().stream()
                .flatMap(container -> container.getPorts().stream())
                .map(ContainerPort::getName)
                .collect(Collectors.toSet());
    }

    private static Workload only(KubernetesObjects objects, Map<String, String> selector) {
        assertThat(selector).isNotEmpty();
        List<Workload> selected = objects.workloads().stream()
                .filter(workload -> workload.isSelectedBy(selector))
                .toList();
        assertThat(selected).as("selected by %s", selector).hasSize(1);
        return selected.get(0);
    }
}
