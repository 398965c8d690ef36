package io.sluice.service.leader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaderElectionSettingsTest {

    @TempDir
    Path account;

    @Test
    void without_a_setting_nobody_is_elected() {
        assertThat(of(Map.of()).enabled()).isFalse();
    }

    @Test
    void a_pod_knows_the_rest_by_itself() throws Exception {
        Files.writeString(account.resolve("namespace"), "shop\n");
        LeaderElectionSettings settings = of(Map.of(
                "SLUICE_LEADER_ELECTION_ENABLED", "true",
                "SLUICE_LEADER_ELECTION_SERVICE_ACCOUNT", account.toString(),
                "HOSTNAME", "sluice-0",
                "KUBERNETES_SERVICE_HOST", "fd00::1",
                "KUBERNETES_SERVICE_PORT", "6443"));
        assertThat(settings.enabled()).isTrue();
        assertThat(settings.pod()).isEqualTo("sluice-0");
        assertThat(settings.namespace()).isEqualTo("shop");
        assertThat(settings.apiServer()).isEqualTo(URI.create("https://[fd00::1]:6443"));
        assertThat(settings.lease()).isEqualTo("sluice");
        assertThat(settings.service()).isEmpty();
        assertThat(settings.leaseDuration()).isEqualTo(Duration.ofSeconds(8));
        assertThat(settings.renewDeadline()).isEqualTo(Duration.ofSeconds(5));
        assertThat(settings.retryPeriod()).isEqualTo(Duration.ofSeconds(1));
        assertThat(new ElectionTimes(settings.leaseDuration(), settings.renewDeadline(), settings.retryPeriod()))
                .isNotNull();
    }

    @Test
    void what_is_set_has_precedence() {
        LeaderElectionSettings settings = of(Map.of(
                "SLUICE_LEADER_ELECTION_POD", "named",
                "HOSTNAME", "sluice-0",
                "SLUICE_LEADER_ELECTION_NAMESPACE", "elsewhere",
                "SLUICE_LEADER_ELECTION_LEASE_DURATION", "20s",
                "SLUICE_LEADER_ELECTION_API_SERVER", "http://127.0.0.1:1"));
        assertThat(settings.pod()).isEqualTo("named");
        assertThat(settings.namespace()).isEqualTo("elsewhere");
        assertThat(settings.leaseDuration()).isEqualTo(Duration.ofSeconds(20));
        assertThat(settings.apiServer()).isEqualTo(URI.create("http://127.0.0.1:1"));
    }

    @Test
    void outside_a_cluster_what_is_missing_is_named() {
        LeaderElectionSettings settings = of(Map.of("SLUICE_LEADER_ELECTION_SERVICE_ACCOUNT", account.toString()));
        assertThatThrownBy(settings::apiServer).hasMessageContaining("sluice.leader-election.api-server");
        assertThatThrownBy(settings::namespace).hasMessageContaining("sluice.leader-election.namespace");
        assertThatThrownBy(settings::pod).hasMessageContaining("sluice.leader-election.pod");
    }

    private static LeaderElectionSettings of(Map<String, String> environment) {
        return new LeaderElectionSettings(new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(environment, 300))
                .addDiscoveredConverters()
                .build());
    }
}
