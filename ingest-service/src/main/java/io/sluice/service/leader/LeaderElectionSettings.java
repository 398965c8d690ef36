package io.sluice.service.leader;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.config.Config;

/** The settings {@code sluice.leader-election.…}; what a pod knows by itself has its default there. */
@Singleton
class LeaderElectionSettings {

    private static final String PREFIX = "sluice.leader-election.";
    private static final String SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

    private final Config config;

    @Inject
    LeaderElectionSettings(Config config) {
        this.config = config;
    }

    /** Whether several processes compete. */
    boolean enabled() {
        return find("enabled", Boolean.class).orElse(false);
    }

    /** The Lease's name. */
    String lease() {
        return find("lease", String.class).orElse("sluice");
    }

    /** The Service that is to lead to the leader. */
    Optional<String> service() {
        return find("service", String.class);
    }

    /** How long others leave a Lease alone after they saw it renewed. */
    Duration leaseDuration() {
        return find("lease-duration", Duration.class).orElse(Duration.ofSeconds(8));
    }

    /** How long a leader goes on without having renewed it. */
    Duration renewDeadline() {
        return find("renew-deadline", Duration.class).orElse(Duration.ofSeconds(5));
    }

    /** The pause between two attempts. */
    Duration retryPeriod() {
        return find("retry-period", Duration.class).orElse(Duration.ofSeconds(1));
    }

    /** Where the service account of the pod is mounted. */
    Path serviceAccount() {
        return find("service-account", Path.class).orElse(Path.of(SERVICE_ACCOUNT));
    }

    /** The pod's name, which is its host name too. */
    String pod() {
        return find("pod", String.class)
                .or(() -> config.getOptionalValue("HOSTNAME", String.class))
                .orElseThrow(() -> missing("pod", "the name of this pod"));
    }

    /** The pod's namespace, which the kubelet writes beside the token. */
    String namespace() {
        return find("namespace", String.class).orElseGet(() -> {
            Path file = serviceAccount().resolve("namespace");
            try {
                return Files.readString(file).strip();
            } catch (IOException e) {
                throw missing("namespace", "the namespace of this pod, which " + file + " does not tell");
            }
        });
    }

    /** The API server, by what the kubelet puts into the environment of each container. */
    URI apiServer() {
        return find("api-server", URI.class).orElseGet(() -> {
            String host = config.getOptionalValue("KUBERNETES_SERVICE_HOST", String.class)
                    .orElseThrow(() -> missing("api-server", "the API server's address, outside a cluster"));
            String port = config.getOptionalValue("KUBERNETES_SERVICE_PORT", String.class)
                    .orElse("443");
            return URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        });
    }

    private <T> Optional<T> find(String name, Class<T> type) {
        return config.getOptionalValue(PREFIX + name, type);
    }

    private static IllegalArgumentException missing(String name, String what) {
        return new IllegalArgumentException("Leader election needs " + PREFIX + name + ": " + what);
    }
}
