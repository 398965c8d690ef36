package io.sluice.service.manifest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Objects as Kubernetes' own types: an unknown field, and a number or flag where a text belongs, are refused. */
final class KubernetesObjects {

    private static final Map<String, Class<? extends HasMetadata>> TYPES = Map.ofEntries(
            Map.entry("v1/Namespace", Namespace.class),
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("v1/PersistentVolumeClaim", PersistentVolumeClaim.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("apps/v1/StatefulSet", StatefulSet.class),
            Map.entry("rbac.authorization.k8s.io/v1/Role", Role.class),
            Map.entry("rbac.authorization.k8s.io/v1/RoleBinding", RoleBinding.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class));

    private static final ObjectMapper STRICT = strict();

    private final List<HasMetadata> objects;

    private KubernetesObjects(List<HasMetadata> objects) {
        this.objects = objects;
    }

    /** @throws IllegalArgumentException for what the API server would refuse, too */
    static KubernetesObjects parse(List<ObjectNode> rendered) {
        return new KubernetesObjects(
                rendered.stream().map(KubernetesObjects::parse).toList());
    }

    List<HasMetadata> all() {
        return objects;
    }

    <T extends HasMetadata> List<T> of(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    <T extends HasMetadata> Optional<T> find(Class<T> type, String name) {
        return of(type).stream()
                .filter(object -> object.getMetadata().getName().equals(name))
                .findFirst();
    }

    /**
     * What makes pods.
     *
     * @param name of the object that makes them
     * @param template of the pods
     * @param claims names of the volumes that each pod gets its own of
     */
    record Workload(String name, PodTemplateSpec template, List<String> claims) {

        Map<String, String> labels() {
            return template.getMetadata().getLabels();
        }

        boolean isSelectedBy(Map<String, String> selector) {
            return labels().entrySet().containsAll(selector.entrySet());
        }
    }

    List<Workload> workloads() {
        return Stream.concat(
                        of(Deployment.class).stream()
                                .map(found -> new Workload(
                                        found.getMetadata().getName(),
                                        found.getSpec().getTemplate(),
                                        List.of())),
                        of(StatefulSet.class).stream()
                                .map(found -> new Workload(
                                        found.getMetadata().getName(),
                                        found.getSpec().getTemplate(),
                                        found.getSpec().getVolumeClaimTemplates().stream()
                                                .map(claim ->
                                                        claim.getMetadata().getName())
                                                .toList())))
                .toList();
    }

    private static HasMetadata parse(ObjectNode object) {
        String type =
                object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        Class<? extends HasMetadata> known = TYPES.get(type);
        if (known == null) {
            throw new IllegalArgumentException("Objects of type " + type + " are not known to the tests");
        }
        try {
            return STRICT.treeToValue(object, known);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(type + " " + object.at("/metadata/name") + ": " + e.getMessage(), e);
        }
    }

    private static ObjectMapper strict() {
        JsonMapper.Builder mapper = JsonMapper.builder()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                // The model keeps fields that it does not know; here they are mistakes.
                .annotationIntrospector(new JacksonAnnotationIntrospector() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public Boolean hasAnySetter(Annotated annotated) {
                        return false;
                    }
                });
        mapper.withCoercionConfig(
                LogicalType.Textual,
                texts -> texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                        .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail));
        return mapper.build();
    }
}
