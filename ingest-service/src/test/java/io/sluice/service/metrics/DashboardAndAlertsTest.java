package io.sluice.service.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.CollectorRegistry;
import io.quarkus.runtime.StartupEvent;
import io.sluice.service.PipelineDouble;
import io.sluice.service.Statuses;
import io.sluice.service.observe.Activity;
import io.sluice.service.observe.Observations;
import io.sluice.service.runtime.PipelineEvent;
import io.sluice.service.runtime.PipelinePhase;
import io.sluice.service.runtime.PipelineState;
import io.sluice.service.wiring.PipelineRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class DashboardAndAlertsTest {

    private static final Pattern METRIC = Pattern.compile("sluice_[a-z_]+");

    private final Scrape scrape = scrape();

    /** What the service's own code registers for a pipeline, through Prometheus' own text format. */
    private static Scrape scrape() {
        PipelineRegistry registry = new PipelineRegistry(java.time.Clock.systemUTC());
        Observations observations = new Observations(java.time.Clock.systemUTC(), Duration.ofDays(1));
        PrometheusMeterRegistry meters =
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new CollectorRegistry(), Clock.SYSTEM);
        new PipelineMetrics(
                        registry, observations, new Activity.Limits(Duration.ofMinutes(1), Duration.ofHours(1)), meters)
                .start(new StartupEvent());
        registry.add(new PipelineDouble(
                "shop",
                PipelineState.RUNNING,
                List.of(
                        Statuses.table("public.items", PipelinePhase.STREAMING, 5, 5, 100),
                        Statuses.setAside(Statuses.table("public.orders", PipelinePhase.STREAMING, 9, 9, 100), 3))));
        registry.accept(new PipelineEvent.StateChanged("shop", PipelineState.STARTING, PipelineState.RUNNING));
        registry.accept(new PipelineEvent.CutPublished("shop", 17, "0/17", 3, 1, 0.5));
        return Scrape.of(meters.scrape());
    }

    @Test
    void every_metric_is_documented_and_every_documented_metric_exists() throws IOException {
        DocumentedMetrics.assertSame(scrape);
        DocumentedMetrics.assertConventions(scrape);
    }

    @Test
    void a_cut_is_counted_and_dated() {
        assertThat(scrape.value("sluice_cuts_total", "pipeline", "shop")).isEqualTo(1);
        assertThat(scrape.value("sluice_last_cut_timestamp_seconds", "pipeline", "shop"))
                .isGreaterThan(1.7e9);
    }

    @Test
    void rows_that_are_set_aside_are_counted_by_table() {
        assertThat(scrape.value("sluice_dead_letters", "pipeline", "shop", "table", "public.orders"))
                .isEqualTo(3);
        assertThat(scrape.value("sluice_dead_letters", "pipeline", "shop", "table", "public.items"))
                .isZero();
    }

    @Test
    void the_dashboard_asks_for_metrics_that_exist() throws IOException {
        JsonNode dashboard = new ObjectMapper()
                .readTree(DocumentedMetrics.file("k8s/grafana-dashboard.json").toFile());
        List<String> expressions = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).as("id of a panel").isTrue();
            assertThat(panel.get("title").asText()).isNotBlank();
            if (panel.get("type").asText().equals("row")) {
                continue;
            }
            assertThat(panel.get("description").asText()).isNotBlank();
            assertThat(panel.get("targets")).isNotEmpty();
            panel.get("targets")
                    .forEach(target -> expressions.add(target.get("expr").asText()));
        }
        for (JsonNode variable : dashboard.get("templating").get("list")) {
            if (variable.get("type").asText().equals("query")) {
                expressions.add(variable.get("definition").asText());
            }
        }

        assertThat(expressions).hasSizeGreaterThan(25);
        for (String expression : expressions) {
            assertKnown(expression);
        }
        Set<String> shown = expressions.stream()
                .flatMap(expression -> names(expression).stream())
                .map(name -> name.replaceFirst("_(bucket|sum|count|max)$", ""))
                .collect(Collectors.toSet());
        assertThat(shown)
                .as("what the dashboard shows of the documented metrics")
                .containsAll(scrape.families("sluice_").keySet().stream()
                        .map(name -> name.replaceFirst("_max$", ""))
                        .toList());
    }

    @Test
    void every_alert_asks_for_metrics_that_exist_and_has_its_page() throws IOException {
        String page = Files.readString(DocumentedMetrics.file("docs/operations.md"));
        List<Map<?, ?>> rules = rules();

        assertThat(rules).hasSizeGreaterThan(8);
        assertThat(rules.stream().map(rule -> rule.get("alert")).distinct()).hasSameSizeAs(rules);
        for (Map<?, ?> rule : rules) {
            String name = (String) rule.get("alert");
            assertThat(rule.keySet().stream().map(Object::toString))
                    .as(name)
                    .containsExactlyInAnyOrder("alert", "expr", "for", "labels", "annotations");
            assertKnown((String) rule.get("expr"));
            assertThat((String) rule.get("for")).as(name).matches("[0-9]+[smh]");
            assertThat(((Map<?, ?>) rule.get("labels")).get("severity"))
                    .as(name)
                    .isIn("critical", "warning", "info");
            Map<?, ?> annotations = (Map<?, ?>) rule.get("annotations");
            assertThat((String) annotations.get("summary")).as(name).endsWith(".");
            assertThat(annotations.get("runbook"))
                    .isEqualTo("docs/operations.md#" + name.toLowerCase(java.util.Locale.ROOT));
            assertThat(page).contains("\n### " + name + "\n\n");
        }
        Matcher pages = Pattern.compile("\n### (Sluice\\w+)\n").matcher(page);
        assertThat(pages.results().map(found -> found.group(1)))
                .as("a page for each alert and no other")
                .containsExactlyInAnyOrderElementsOf(
                        rules.stream().map(rule -> (String) rule.get("alert")).toList());
    }

    private static List<Map<?, ?>> rules() throws IOException {
        LoadSettings strict = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setMaxAliasesForCollections(0)
                .build();
        Map<?, ?> document = (Map<?, ?>)
                new Load(strict).loadFromString(Files.readString(DocumentedMetrics.file("k8s/alerts.yaml")));
        assertThat(document.get("apiVersion")).isEqualTo("monitoring.coreos.com/v1");
        assertThat(document.get("kind")).isEqualTo("PrometheusRule");
        List<Map<?, ?>> rules = new ArrayList<>();
        for (Object group : (List<?>) ((Map<?, ?>) document.get("spec")).get("groups")) {
            ((List<?>) ((Map<?, ?>) group).get("rules")).forEach(rule -> rules.add((Map<?, ?>) rule));
        }
        return rules;
    }

    private static Set<String> names(String expression) {
        return METRIC.matcher(expression).results().map(found -> found.group()).collect(Collectors.toSet());
    }

    private void assertKnown(String expression) throws IOException {
        Set<String> names = names(expression);
        if (names.isEmpty()) {
            assertThat(expression).containsPattern("\\b(jvm|process)_");
        }
        Set<String> known = new HashSet<>(scrape.sampleNames());
        known.addAll(DocumentedMetrics.ofTheProcess());
        assertThat(known).as(expression).containsAll(names);
        long opened =
                expression.chars().filter(c -> c == '(' || c == '{' || c == '[').count();
        long closed =
                expression.chars().filter(c -> c == ')' || c == '}' || c == ']').count();
        assertThat(opened).as(expression).isEqualTo(closed);
        labels(expression);
    }

    /** Labels that an expression selects by exist on the metric. */
    private void labels(String expression) {
        Matcher selection = Pattern.compile("(sluice_[a-z_]+)\\{([^}]*)}").matcher(expression);
        while (selection.find()) {
            String family = selection.group(1).replaceFirst("_(bucket|sum|count)$", "");
            Matcher label = Pattern.compile("([a-z]+)=~?\"").matcher(selection.group(2));
            while (label.find()) {
                assertThat(scrape.labels(family)).as(expression).contains(label.group(1));
            }
        }
    }
}
