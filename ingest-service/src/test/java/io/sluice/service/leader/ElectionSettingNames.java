package io.sluice.service.leader;

import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.AbstractConfigSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The settings that leader election asks for, found by letting it ask. */
public final class ElectionSettingNames {

    private ElectionSettingNames() {}

    /** As variables of the environment. */
    public static Set<String> asVariables() {
        Recording recording = new Recording();
        LeaderElectionSettings settings = new LeaderElectionSettings(
                new SmallRyeConfigBuilder().withSources(recording).build());
        for (Runnable asked : new Runnable[] {
            settings::enabled,
            settings::lease,
            settings::service,
            settings::leaseDuration,
            settings::renewDeadline,
            settings::retryPeriod,
            settings::serviceAccount,
            settings::pod,
            settings::namespace,
            settings::apiServer
        }) {
            try {
                asked.run();
            } catch (IllegalArgumentException missing) {
                // What has no default was asked for, too.
                continue;
            }
        }
        return recording.asked.stream()
                .filter(name -> name.startsWith("sluice."))
                .map(name -> name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"))
                .collect(Collectors.toSet());
    }

    private static final class Recording extends AbstractConfigSource {

        private static final long serialVersionUID = 1L;

        private final transient Set<String> asked = new TreeSet<>();

        Recording() {
            super("recording", 500);
        }

        @Override
        public Set<String> getPropertyNames() {
            return Set.of();
        }

        @Override
        public Map<String, String> getProperties() {
            return Map.of();
        }

        @Override
        public String getValue(String name) {
            asked.add(name);
            return null;
        }
    }
}
