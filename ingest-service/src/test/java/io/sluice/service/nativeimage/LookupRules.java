package io.sluice.service.nativeimage;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which lookups of a run the metadata need not name, each with its reason. */
final class LookupRules {

    /** Callers, by the beginning of {@code module/class#method}. */
    private static final Map<String, String> CALLERS = callers();

    private LookupRules() {}

    private static Map<String, String> callers() {
        Map<String, String> callers = new LinkedHashMap<>();
        callers.put(
                "java.base/java.lang.invoke.",
                "lambdas, sums of texts, variable handles: the builder resolves the call sites that it compiles");
        callers.put("java.base/java.lang.runtime.", "equals, hashCode and toString of records: as above");
        callers.put("java.base/sun.invoke.", "types of method handles: as above");
        callers.put("java.base/jdk.internal.reflect.", "how this JVM makes a call that was looked up before");
        callers.put(
                "java.base/sun.reflect.generics.",
                "types in generic signatures of what was looked up before, which the builder registers with it");
        callers.put("java.base/sun.reflect.annotation.", "annotations, which the builder makes ready by itself");
        callers.put("java.base/java.lang.reflect.Proxy", "inside of a proxy, which is a lookup of its own");
        callers.put("java.base/java.lang.Class#getEnumConstantsShared", "an image has the constants of its enums");
        callers.put(
                "java.base/java.util.concurrent.atomic.", "field updaters, whose constant arguments the builder reads");
        callers.put("java.management/", "MBeans of Debezium and Hadoop: an image has no server for them");
        callers.put("java.base/java.util.Arrays#", "an array of the class of one that there is");
        callers.put("java.base/java.util.IdentityHashMap", "the same");
        return callers;
    }

    /** Whether an image needs to be told. */
    static boolean isNeeded(Lookup lookup) {
        if (lookup.frames().stream().anyMatch(frame -> frame.equals("/io.quarkus.runner.ApplicationImpl#<clinit>"))) {
            // Quarkus' static initialisation, which is over when the image is built.
            return false;
        }
        if (CALLERS.keySet().stream().anyMatch(lookup.caller()::startsWith)) {
            return false;
        }
        // The JDK's own lookups of itself, which the builder of its image knows.
        boolean inside = lookup.isByJdk()
                && lookup.kind() != Lookup.Kind.RESOURCE
                && Arrays.stream(lookup.name().split(",", -1)).allMatch(JavaNames::isOfJdk);
        // What is asked for and not there is not there in an image either.
        return !inside && JavaNames.exists(lookup);
    }
}
