package io.sluice.service.nativeimage;

import java.util.Arrays;
import java.util.List;

/** Which lookups of a run the metadata need not name, each with its reason. */
final class LookupRules {

    /** Callers, by the beginning of {@code module/class#method}, each after the reason why it does not count. */
    private static final List<String> CALLERS = List.of(
            // Lambdas, sums of texts, variable handles: the builder resolves the call sites that it compiles.
            "java.base/java.lang.invoke.",
            // equals, hashCode and toString of records: as above.
            "java.base/java.lang.runtime.",
            // Types of method handles: as above.
            "java.base/sun.invoke.",
            // How this JVM makes a call that was looked up before.
            "java.base/jdk.internal.reflect.",
            // Types in generic signatures of what was looked up before, which the builder registers with it.
            "java.base/sun.reflect.generics.",
            // Annotations, which the builder makes ready by itself.
            "java.base/sun.reflect.annotation.",
            // Inside of a proxy, which is a lookup of its own.
            "java.base/java.lang.reflect.Proxy",
            // An image has the constants of its enums.
            "java.base/java.lang.Class#getEnumConstantsShared",
            // Field updaters, whose constant arguments the builder reads.
            "java.base/java.util.concurrent.atomic.",
            // MBeans of Debezium and Hadoop: an image has no server for them.
            "java.management/",
            // An array of the class of one that there is.
            "java.base/java.util.Arrays#",
            // The same.
            "java.base/java.util.IdentityHashMap");

    private LookupRules() {}

    /** Whether an image needs to be told. */
    static boolean isNeeded(Lookup lookup) {
        if (lookup.frames().stream().anyMatch(frame -> frame.equals("/io.quarkus.runner.ApplicationImpl#<clinit>"))) {
            // Quarkus' static initialisation, which is over when the image is built.
            return false;
        }
        if (CALLERS.stream().anyMatch(lookup.caller()::startsWith)) {
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
