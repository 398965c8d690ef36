package io.sluice.service.api;

import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/** Describes who may ask for what, as the resources' annotations say; part of {@link ApiDescription}. */
final class DescribedRoles {

    private static final String SCHEME = "SecurityScheme";

    private static final List<Class<?>> RESOURCES = List.of(
            DeadLettersResource.class,
            DefinitionListResource.class,
            DefinitionsResource.class,
            EventsResource.class,
            PipelinesResource.class,
            VerifyResource.class);

    private final Map<String, List<String>> roles = new HashMap<>();

    DescribedRoles() {
        for (Class<?> resource : RESOURCES) {
            for (Method method : resource.getMethods()) {
                Arrays.stream(method.getAnnotations())
                        .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                        .flatMap(Stream::ofNullable)
                        .forEach(asked ->
                                roles.put(asked.value() + " " + path(resource, method), roles(resource, method)));
            }
        }
    }

    private static String path(Class<?> resource, Method method) {
        String path = resource.getAnnotation(Path.class).value();
        Path below = method.getAnnotation(Path.class);
        return below == null ? path : path + "/" + below.value();
    }

    private static List<String> roles(Class<?> resource, Method method) {
        return Optional.ofNullable(method.getAnnotation(RolesAllowed.class))
                .or(() -> Optional.ofNullable(resource.getAnnotation(RolesAllowed.class)))
                .map(allowed -> List.of(allowed.value()))
                .orElseThrow(() -> new IllegalStateException(method + " is for nobody: name its role"));
    }

    /** Tells how a caller is known. */
    static void complete(OpenAPI api) {
        api.getComponents()
                .addSecurityScheme(
                        SCHEME,
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description(
                                        "A token of the service's file or of its OpenID provider; without either"
                                                + " configured, the service asks for none and listens to its own machine alone"));
    }

    /** Tells which role an operation, such as {@code GET /api/v1/pipelines/{name}}, asks for. */
    void complete(String name, Operation operation) {
        List<String> allowed = roles.get(name);
        if (allowed == null) {
            throw new IllegalStateException(name + " is of no resource that is known here");
        }
        operation.setSecurity(List.of(OASFactory.createSecurityRequirement().addScheme(SCHEME, allowed)));
    }
}
