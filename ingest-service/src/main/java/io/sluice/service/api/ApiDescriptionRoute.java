package io.sluice.service.api;

import io.quarkus.vertx.http.runtime.RouteConstants;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/**
 * Hands out the description of the API as the build has stored it: YAML, or JSON for who asks by {@code .json},
 * {@code format=json} or {@code Accept}. Anybody may read it.
 */
@Singleton
final class ApiDescriptionRoute {

    private static final String ADDRESS = "/q/openapi";
    private static final String JSON_ADDRESS = ADDRESS + ".json";
    private static final List<String> ADDRESSES = List.of(ADDRESS, JSON_ADDRESS, ADDRESS + ".yaml", ADDRESS + ".yml");

    /** What is stored. */
    private enum Format {
        YAML("application/yaml", "openapi.yaml"),
        JSON("application/json", "openapi.json");

        private final String mediaType;
        private final String stored;

        Format(String mediaType, String file) {
            this.mediaType = mediaType;
            this.stored = "/META-INF/sluice/" + file;
        }
    }

    void add(@Observes Router router) {
        for (String address : ADDRESSES) {
            router.route(address)
                    .method(HttpMethod.GET)
                    .method(HttpMethod.HEAD)
                    .order(RouteConstants.ROUTE_ORDER_BEFORE_DEFAULT)
                    // Whoever asks, asks once: nothing of it is kept in memory.
                    .blockingHandler(ApiDescriptionRoute::answer);
        }
    }

    private static void answer(RoutingContext context) {
        Format format = format(context);
        context.response()
                .putHeader("Content-Type", format.mediaType + ";charset=UTF-8")
                .end(stored(format));
    }

    private static Format format(RoutingContext context) {
        String accepted = context.request().getHeader("Accept");
        boolean json = context.normalizedPath().equals(JSON_ADDRESS)
                || context.queryParam("format").stream().anyMatch("json"::equalsIgnoreCase)
                || accepted != null && accepted.contains(Format.JSON.mediaType);
        return json ? Format.JSON : Format.YAML;
    }

    private static Buffer stored(Format format) {
        try (InputStream in = ApiDescriptionRoute.class.getResourceAsStream(format.stored)) {
            return Buffer.buffer(Objects.requireNonNull(in, format.stored).readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + format.stored, e);
        }
    }
}
