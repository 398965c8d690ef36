package io.sluice.service.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.logging.Level;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.Test;

class JsonLinesTest {

    private static JsonNode line(ExtLogRecord record) throws Exception {
        String line = new JsonLines().format(record);
        assertThat(line).endsWith("}\n").matches("(?s)[^\n]*\n");
        return new ObjectMapper().readTree(line);
    }

    @Test
    void a_record_is_one_line_whatever_is_in_it() throws Exception {
        ExtLogRecord record = new ExtLogRecord(Level.WARNING, "two\nlines, \"quoted\" \u0001 \uD83D\uDE00", "x");
        record.setLoggerName("io.sluice.X");
        record.setThrown(new IllegalStateException("because\nof this"));
        JsonNode json = line(record);

        assertThat(json.get("message").asText()).isEqualTo("two\nlines, \"quoted\" \u0001 \uD83D\uDE00");
        assertThat(json.get("level").asText()).isEqualTo("WARNING");
        assertThat(json.get("logger").asText()).isEqualTo("io.sluice.X");
        assertThat(json.get("exception").asText()).contains("IllegalStateException: because", "\tat ");
        assertThat(java.time.Instant.parse(json.get("timestamp").asText())).isEqualTo(record.getInstant());
        assertThat(json.has("pipeline")).isFalse();
        assertThat(json.has("context")).isFalse();
    }

    @Test
    void pipeline_table_and_cut_are_fields_and_the_rest_is_context() throws Exception {
        ExtLogRecord record = new ExtLogRecord(Level.INFO, "x", "x");
        record.setLoggerName("x");
        record.putMdc("pipeline", "shop");
        record.putMdc("table", "public.orders");
        record.putMdc("cut", "17");
        record.putMdc("dbz.taskId", "0");
        JsonNode json = line(record);

        assertThat(json.get("pipeline").asText()).isEqualTo("shop");
        assertThat(json.get("table").asText()).isEqualTo("public.orders");
        assertThat(json.get("cut").isNumber()).isTrue();
        assertThat(json.get("cut").asLong()).isEqualTo(17);
        assertThat(json.get("context").get("dbz.taskId").asText()).isEqualTo("0");
    }
}
