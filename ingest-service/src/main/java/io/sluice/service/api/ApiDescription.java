package io.sluice.service.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.jspecify.annotations.Nullable;

/**
 * Completes the description of the API, once, when the service is built: each answer's schema and an example of it, problem
 * documents, roles, which fields can be null or absent, and definitions as request bodies. What is said of each operation is in
 * {@code openapi/operations.json}. The build names this class to the plugin that makes the description; the running service
 * has no use for it, see {@link ApiDescriptionRoute}.
 */
public final class ApiDescription implements OASFilter {

    private static final String SOURCE = "openapi/operations.json";
    private static final String REFERENCE = "#/components/schemas/";
    private static final String PREFIX = "/api/v1/";

    private static final List<Class<? extends Record>> ANSWERS = List.of(
            PipelineJson.class,
            PipelineJson.TotalsJson.class,
            PipelineJson.TableJson.class,
            PipelineJson.FailureJson.class,
            CutJson.class,
            CutJson.TableCutJson.class,
            DeadLettersJson.class,
            DeadLettersJson.DeadLetterJson.class,
            DefinitionJson.class,
            DefinitionJson.ProblemJson.class,
            EventJson.class,
            PlanJson.class,
            PlanJson.PlannedTable.class,
            PlanJson.PlannedColumn.class,
            PlanJson.PlanProblem.class,
            VerificationJson.class,
            VerificationJson.TableJson.class,
            Problem.class);

    private final ObjectMapper json = new ObjectMapper();
    private final DescribedRoles roles = new DescribedRoles();
    private final JsonNode told;

    /** Reads what is told of the operations. */
    public ApiDescription() {
        try (InputStream in = ApiDescription.class.getClassLoader().getResourceAsStream(SOURCE)) {
            told = json.readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + SOURCE, e);
        }
    }

    @Override
    public void filterOpenAPI(OpenAPI api) {
        Map<String, Schema> schemas = api.getComponents().getSchemas();
        for (Class<? extends Record> answer : ANSWERS) {
            Schema schema = schemas.get(name(answer));
            if (schema != null) {
                complete(answer, schema);
            }
        }
        DescribedRoles.complete(api);
        api.getPaths().getPathItems().forEach((path, item) -> {
            if (path.startsWith(PREFIX)) {
                item.getOperations().forEach((method, operation) -> {
                    complete(method + " " + path, operation);
                    roles.complete(method + " " + path, operation);
                });
            }
        });
    }

    private static String name(Class<?> answer) {
        return answer.getAnnotation(org.eclipse.microprofile.openapi.annotations.media.Schema.class)
                .name();
    }

    /** Every field is there, unless nulls are left out; those that can be null say so. */
    private static void complete(Class<? extends Record> answer, Schema schema) {
        JsonInclude included = answer.getAnnotation(JsonInclude.class);
        boolean nullsAreLeftOut = included != null && included.value() == JsonInclude.Include.NON_NULL;
        List<String> required = new ArrayList<>();
        for (RecordComponent field : answer.getRecordComponents()) {
            boolean nullable = field.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!nullable || !nullsAreLeftOut) {
                required.add(field.getName());
            }
            if (nullable && !nullsAreLeftOut) {
                Schema own = schema.getProperties().get(field.getName());
                if (own != null) {
                    schema.addProperty(field.getName(), orNull(own));
                }
            }
        }
        schema.setRequired(required);
    }

    private static Schema orNull(Schema schema) {
        if (schema.getRef() == null) {
            return schema.addType(Schema.SchemaType.NULL);
        }
        return OASFactory.createSchema()
                .anyOf(List.of(
                        OASFactory.createSchema().ref(schema.getRef()),
                        OASFactory.createSchema().addType(Schema.SchemaType.NULL)));
    }

    private void complete(String name, Operation operation) {
        JsonNode answers = told.path("operations").path(name);
        if (answers.isMissingNode()) {
            throw new IllegalStateException("Nothing is told in " + SOURCE + " of " + name);
        }
        boolean events = operation.getResponses().getAPIResponses().values().stream()
                        .map(APIResponse::getContent)
                        .anyMatch(content ->
                                content != null && content.getMediaTypes().containsKey("text/event-stream"))
                || name.endsWith("/events");
        answers.properties()
                .forEach(answer ->
                        answer(operation, answer.getKey(), answer.getValue().asText(), events));
        told.path("everywhere").properties().forEach(answer -> {
            answer(operation, answer.getKey(), answer.getValue().asText(), events);
        });
        if (operation.getRequestBody() != null) {
            body(operation.getRequestBody().getContent());
        }
    }

    private void answer(Operation operation, String status, String schemas, boolean events) {
        APIResponse response = operation.getResponses().getAPIResponse(status);
        if (response == null) {
            response = OASFactory.createAPIResponse();
            operation.getResponses().addAPIResponse(status, response);
        }
        if (response.getDescription() == null || response.getDescription().isBlank() || isGeneric(response)) {
            response.setDescription(told.path("descriptions").path(status).asText("Done"));
        }
        if (schemas.isEmpty()) {
            response.setContent(null);
            return;
        }
        boolean problem = schemas.equals("Problem");
        MediaType media = OASFactory.createMediaType().schema(schema(schemas));
        if (problem) {
            media.setExample(plain(told.path("problems").path(status)));
        } else {
            media.setExample(example(schemas));
        }
        String type = problem
                ? Problem.MEDIA_TYPE
                : events ? "text/event-stream" : jakarta.ws.rs.core.MediaType.APPLICATION_JSON;
        response.setContent(OASFactory.createContent().addMediaType(type, media));
    }

    /** What Quarkus writes by itself. */
    private static boolean isGeneric(APIResponse response) {
        return List.of("OK", "Not Authorized", "Not Allowed", "Created", "No Content", "Accepted")
                .contains(response.getDescription());
    }

    private static Schema schema(String schemas) {
        if (schemas.contains("|")) {
            return OASFactory.createSchema()
                    .anyOf(Arrays.stream(schemas.split("\\|"))
                            .map(ApiDescription::schema)
                            .toList());
        }
        if (schemas.startsWith("[")) {
            return OASFactory.createSchema()
                    .addType(Schema.SchemaType.ARRAY)
                    .items(schema(schemas.substring(1, schemas.length() - 1)));
        }
        return OASFactory.createSchema().ref(REFERENCE + schemas);
    }

    private Object example(String schemas) {
        String first = schemas.split("\\|")[0];
        return first.startsWith("[")
                ? List.of(plain(told.path("examples").path(first.substring(1, first.length() - 1))))
                : plain(told.path("examples").path(first));
    }

    private void body(Content content) {
        content.getMediaTypes().forEach((type, media) -> {
            boolean yaml = !type.equals(jakarta.ws.rs.core.MediaType.APPLICATION_JSON);
            media.setSchema(
                    yaml
                            ? OASFactory.createSchema()
                                    .addType(Schema.SchemaType.STRING)
                                    .description("A pipeline's YAML; 'sluice schema' prints its JSON Schema")
                            : OASFactory.createSchema()
                                    .addType(Schema.SchemaType.OBJECT)
                                    .required(List.of("pipeline", "source", "sink"))
                                    .description("The same as JSON"));
            media.setExample(plain(told.path("bodies").path(yaml ? "yaml" : "json")));
        });
    }

    private Object plain(JsonNode node) {
        return json.convertValue(node, Object.class);
    }
}
