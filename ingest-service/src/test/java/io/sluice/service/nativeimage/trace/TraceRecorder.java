package io.sluice.service.nativeimage.trace;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Called from inside the JDK's reflection: writes one line for each lookup to a file, at once, so that a killed process loses
 * none. Loaded by the boot loader, hence on its own: the JDK and nothing else, and no lambdas or sums of texts, which would
 * look something up themselves.
 *
 * <p>A line is {@code kind TAB class TAB member TAB stack}: the stack from the innermost frame outwards, frames {@code
 * module/class#method} between blanks.
 */
public final class TraceRecorder {

    /** The same lookup is noted for so many of its calls, which may come from different places. */
    private static final int CALLS = 5;

    private static final ThreadLocal<Boolean> INSIDE = new ThreadLocal<>();
    private static final Map<String, Integer> SEEN = new HashMap<>();
    private static @Nullable OutputStream out;

    private TraceRecorder() {}

    /** From now on notes lookups in the file. */
    public static void open(String file) throws IOException {
        // The first stack loads classes; better here than inside a lookup.
        stack();
        synchronized (SEEN) {
            out = new FileOutputStream(file);
        }
    }

    /** A class was found by name, or its members were asked for. */
    public static void type(@Nullable Object found) {
        if (found instanceof Class<?> type && !type.isPrimitive()) {
            note("type", name(type), "");
        }
    }

    /** A method or constructor is called, or a field read or written. */
    public static void member(Object member) {
        if (member instanceof Field field) {
            note("field", name(field.getDeclaringClass()), field.getName());
        } else if (member instanceof Method method) {
            note("method", name(method.getDeclaringClass()), called(method.getName(), method.getParameterTypes()));
        } else if (member instanceof Constructor<?> constructor) {
            note("method", name(constructor.getDeclaringClass()), called("<init>", constructor.getParameterTypes()));
        }
    }

    /** A class is made an object of by its constructor without parameters. */
    public static void created(Object type) {
        note("method", name((Class<?>) type), "<init>()");
    }

    /** A handle of a method is asked for. */
    public static void methodHandle(Object type, Object name, Object signature) {
        note("method", name((Class<?>) type), called((String) name, ((MethodType) signature).parameterArray()));
    }

    /** A handle of a constructor is asked for. */
    public static void constructorHandle(Object type, Object signature) {
        note("method", name((Class<?>) type), called("<init>", ((MethodType) signature).parameterArray()));
    }

    /** A handle of a field is asked for. */
    public static void fieldHandle(Object type, Object name) {
        note("field", name((Class<?>) type), (String) name);
    }

    /** A resource is asked for. */
    public static void resource(Object name, @Nullable Object found) {
        boolean there = found instanceof java.util.Enumeration<?> many ? many.hasMoreElements() : found != null;
        if (there) {
            note("resource", (String) name, "");
        }
    }

    /** An array is made. */
    public static void array(@Nullable Object made) {
        if (made != null) {
            type(made.getClass());
        }
    }

    /** A proxy of interfaces is made. */
    public static void proxy(Object interfaces) {
        StringBuilder names = new StringBuilder();
        for (Class<?> one : (Class<?>[]) interfaces) {
            names.append(names.length() == 0 ? "" : ",").append(name(one));
        }
        note("proxy", names.toString(), "");
    }

    /** An object of a class is written or read by Java's own serialization. */
    public static void serialized(@Nullable Object type) {
        if (type != null) {
            note("serialization", name((Class<?>) type), "");
        }
    }

    private static String called(String name, Class<?>[] parameters) {
        StringBuilder text = new StringBuilder(name).append('(');
        for (int i = 0; i < parameters.length; i++) {
            text.append(i == 0 ? "" : ",").append(name(parameters[i]));
        }
        return text.append(')').toString();
    }

    private static String name(Class<?> type) {
        return type.isArray() ? name(type.getComponentType()).concat("[]") : type.getName();
    }

    private static void note(String kind, String type, String member) {
        if (out == null || Boolean.TRUE.equals(INSIDE.get())) {
            return;
        }
        INSIDE.set(true);
        try {
            String key = new StringBuilder(kind)
                    .append('\t')
                    .append(type)
                    .append('\t')
                    .append(member)
                    .toString();
            synchronized (SEEN) {
                Integer seen = SEEN.get(key);
                int times = seen == null ? 0 : seen;
                if (times == CALLS) {
                    return;
                }
                SEEN.put(key, times + 1);
            }
            write(key.concat(stack()));
        } finally {
            INSIDE.set(false);
        }
    }

    private static String stack() {
        StringBuilder text = new StringBuilder("\t");
        for (StackTraceElement frame : new Throwable().getStackTrace()) {
            if (!frame.getClassName().equals(TraceRecorder.class.getName())) {
                String module = frame.getModuleName();
                text.append(module == null ? "" : module)
                        .append('/')
                        .append(frame.getClassName())
                        .append('#')
                        .append(frame.getMethodName())
                        .append(' ');
            }
        }
        return text.append('\n').toString();
    }

    private static void write(String line) {
        synchronized (SEEN) {
            OutputStream to = out;
            if (to == null) {
                return;
            }
            try {
                to.write(line.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
