package io.sluice.service.security;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What a caller may do; each role may do what those before it may. */
public enum Role {
    /** See everything but secrets, which nobody sees. */
    VIEWER,
    /** Start, stop, pause, resume, read anew, verify, repair, take cuts. */
    OPERATOR,
    /** Make, replace and remove pipelines. */
    ADMIN;

    /** {@link #VIEWER} where a constant is needed. */
    public static final String VIEW = "viewer";

    /** {@link #OPERATOR} where a constant is needed. */
    public static final String OPERATE = "operator";

    /** {@link #ADMIN} where a constant is needed. */
    public static final String ADMINISTER = "admin";

    /** The role of a name such as {@code operator}. */
    public static Optional<Role> of(String name) {
        return Arrays.stream(values())
                .filter(role -> role.roleName().equals(name))
                .findFirst();
    }

    /** Lower-case. */
    public String roleName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The names of this role and of those before it. */
    public Set<String> implied() {
        return Arrays.stream(values())
                .filter(role -> role.compareTo(this) <= 0)
                .map(Role::roleName)
                .collect(Collectors.toUnmodifiableSet());
    }
}
