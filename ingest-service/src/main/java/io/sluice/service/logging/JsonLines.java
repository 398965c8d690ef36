package io.sluice.service.logging;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.sluice.service.observe.Fields;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/**
 * A log record as one line of JSON: {@code timestamp}, {@code level}, {@code logger}, {@code thread}, {@code message}, then
 * {@code pipeline}, {@code table} and {@code cut} where they are known ({@code cut} as a number), {@code exception} with its
 * trace, and under {@code context} what libraries add. Safe for use by several threads.
 */
final class JsonLines extends ExtFormatter {

    private static final List<String> OWN = List.of(Fields.PIPELINE, Fields.TABLE, Fields.CUT);

    private final JsonFactory json = new JsonFactory();

    @Override
    public String format(ExtLogRecord record) {
        StringWriter line = new StringWriter();
        try (JsonGenerator out = json.createGenerator(line)) {
            out.writeStartObject();
            out.writeStringField("timestamp", record.getInstant().toString());
            out.writeStringField("level", record.getLevel().getName());
            out.writeStringField("logger", record.getLoggerName());
            out.writeStringField("thread", record.getThreadName());
            out.writeStringField("message", formatMessage(record));
            Map<String, String> context = new TreeMap<>(record.getMdcCopy());
            for (String field : OWN) {
                String value = context.remove(field);
                if (value != null && !value.isEmpty()) {
                    own(out, field, value);
                }
            }
            Throwable thrown = record.getThrown();
            if (thrown != null) {
                out.writeStringField("exception", trace(thrown));
            }
            if (!context.isEmpty()) {
                out.writeObjectFieldStart("context");
                for (Map.Entry<String, String> entry : context.entrySet()) {
                    out.writeStringField(entry.getKey(), entry.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return line + "\n";
    }

    private static void own(JsonGenerator out, String field, String value) throws IOException {
        if (field.equals(Fields.CUT)) {
            out.writeNumberField(field, Long.parseLong(value));
        } else {
            out.writeStringField(field, value);
        }
    }

    private static String trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
