package io.sluice.service.cli;

import io.sluice.service.security.ApiEncryption;

/** Where this process serves its API, as {@link Startup} decided. */
final class ApiAddress {

    private ApiAddress() {}

    static String url() {
        String host = System.getProperty("quarkus.http.host", "127.0.0.1");
        String shown = host.equals("0.0.0.0") || host.equals("::") ? "localhost" : host;
        return (ApiEncryption.isOn() ? "https://" : "http://") + (shown.contains(":") ? "[" + shown + "]" : shown) + ":"
                + System.getProperty("quarkus.http.port", "8080");
    }
}
