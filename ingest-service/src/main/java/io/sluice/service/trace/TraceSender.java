package io.sluice.service.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.sluice.service.observe.CutCourse;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends traces by OTLP over HTTP, in batches, on a thread of its own; what a receiver does not take in time is dropped. */
final class TraceSender implements AutoCloseable {

    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

    private final SdkTracerProvider provider;
    private final CutSpans spans;

    private TraceSender(SdkTracerProvider provider) {
        this.provider = provider;
        this.spans = new CutSpans(provider.get("io.sluice"));
    }

    /**
     * Begins to send.
     *
     * @param url the whole address for traces
     * @param headers {@code name=value}, separated by commas, values URL-encoded, as in {@code OTEL_EXPORTER_OTLP_HEADERS}
     */
    static TraceSender to(URI url, String headers) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder().setEndpoint(url.toString());
        for (String header : headers.split(",", -1)) {
            int equals = header.indexOf('=');
            if (equals > 0) {
                exporter.addHeader(
                        header.substring(0, equals).strip(),
                        URLDecoder.decode(header.substring(equals + 1).strip(), StandardCharsets.UTF_8));
            }
        }
        return through(exporter.build());
    }

    /** Sends through an exporter, which is closed with this. */
    static TraceSender through(SpanExporter exporter) {
        return new TraceSender(SdkTracerProvider.builder()
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "sluice"))))
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
                .build());
    }

    void send(CutCourse course) {
        spans.accept(course);
    }

    @Override
    public void close() {
        provider.shutdown().join(CLOSE_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
