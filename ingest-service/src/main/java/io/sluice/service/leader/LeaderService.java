package io.sluice.service.leader;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Points a Service at the pod of the leader, by a label that a StatefulSet gives each of its pods. So both replicas can be
 * ready, which rolling updates and disruption budgets need, and requests still reach the one that runs the pipelines.
 */
final class LeaderService {

    private static final String POD_LABEL = "statefulset.kubernetes.io/pod-name";

    private final KubernetesApi api;
    private final String path;
    private final String pod;

    LeaderService(KubernetesApi api, String namespace, String service, String pod) {
        this.api = api;
        this.path = "/api/v1/namespaces/" + namespace + "/services/" + service;
        this.pod = pod;
    }

    /** Makes this pod the one that the Service leads to; nothing changes when it is already. */
    void point() throws LeaseUnavailableException {
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("spec").putObject("selector").put(POD_LABEL, pod);
        KubernetesApi.Answer answer = api.send("PATCH", path, KubernetesApi.MERGE_PATCH, patch);
        if (answer.outcome() != KubernetesApi.Outcome.DONE) {
            throw new LeaseUnavailableException("there is no Service " + path);
        }
    }
}
