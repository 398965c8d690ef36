package io.sluice.service.nativeimage;

import java.lang.reflect.Array;
import java.lang.reflect.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Classes and members by the names that traces and metadata use: binary names, and {@code []} for arrays. */
final class JavaNames {

    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "byte", byte.class,
            "short", short.class,
            "int", int.class,
            "long", long.class,
            "float", float.class,
            "double", double.class,
            "char", char.class,
            "boolean", boolean.class);

    private JavaNames() {}

    static Class<?> type(String name) throws ClassNotFoundException {
        if (name.endsWith("[]")) {
            return Array.newInstance(type(name.substring(0, name.length() - 2)), 0)
                    .getClass();
        }
        Class<?> primitive = PRIMITIVES.get(name);
        return primitive == null ? Class.forName(name, false, JavaNames.class.getClassLoader()) : primitive;
    }

    static boolean isOfJdk(String name) {
        String element = name.replace("[]", "");
        if (PRIMITIVES.containsKey(element)) {
            return true;
        }
        try {
            Class.forName(element, false, ClassLoader.getPlatformClassLoader());
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            return false;
        }
    }

    static List<String> parameters(String member) {
        String list = member.substring(member.indexOf('(') + 1, member.length() - 1);
        return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
    }

    /** A method, a constructor by {@code <init>}, or, without brackets, a field. */
    static Member member(Class<?> type, String member) throws ReflectiveOperationException {
        int bracket = member.indexOf('(');
        if (bracket < 0) {
            return type.getDeclaredField(member);
        }
        List<Class<?>> parameters = new ArrayList<>();
        for (String parameter : parameters(member)) {
            parameters.add(type(parameter));
        }
        Class<?>[] found = parameters.toArray(new Class<?>[0]);
        String name = member.substring(0, bracket);
        if (name.equals("<init>")) {
            return type.getDeclaredConstructor(found);
        }
        try {
            return type.getDeclaredMethod(name, found);
        } catch (NoClassDefFoundError e) {
            // Some other method of the class is for a library that is not here.
            return type.getMethod(name, found);
        }
    }

    /** Whether it is there; what the application has only when it is built is taken for there. */
    static boolean exists(Lookup lookup) {
        if (lookup.kind() != Lookup.Kind.METHOD && lookup.kind() != Lookup.Kind.FIELD) {
            return true;
        }
        try {
            return member(type(lookup.name()), lookup.member()) != null;
        } catch (NoSuchMethodException | NoSuchFieldException e) {
            return false;
        } catch (ReflectiveOperationException | LinkageError e) {
            return true;
        }
    }
}
