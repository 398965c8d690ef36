package io.sluice.service.logging;

import io.quarkus.runtime.StartupEvent;
import io.sluice.service.wiring.PipelineRegistry;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Handler;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.handlers.ConsoleHandler;

/** Turns the console's log into JSON when it is asked for; everything that happens to pipelines is logged then. */
@Singleton
public class JsonLogging {

    /** The setting, and as a variable of the environment {@code SLUICE_LOG_JSON}. */
    public static final String SETTING = "sluice.log.json";

    private final PipelineRegistry pipelines;
    private final boolean json;

    @Inject
    JsonLogging(PipelineRegistry pipelines, @ConfigProperty(name = SETTING, defaultValue = "false") boolean json) {
        this.pipelines = pipelines;
        this.json = json;
    }

    /** Whether a process that is about to start is asked for it. */
    public static boolean isAsked(Map<String, String> environment) {
        String variable =
                environment.getOrDefault(SETTING.toUpperCase(Locale.ROOT).replace('.', '_'), "false");
        return Boolean.parseBoolean(System.getProperty(SETTING, variable));
    }

    /** First of all, so that nothing that starts is logged otherwise. */
    void start(@Observes @Priority(1) StartupEvent event) {
        if (!json) {
            return;
        }
        for (Handler handler : LogContext.getLogContext().getLogger("").getHandlers()) {
            use(handler);
        }
        pipelines.watch(new EventLog());
    }

    private static void use(Handler handler) {
        if (handler instanceof ConsoleHandler) {
            handler.setFormatter(new JsonLines());
        }
        if (handler instanceof ExtHandler around) {
            for (Handler inner : around.getHandlers()) {
                use(inner);
            }
        }
    }
}
