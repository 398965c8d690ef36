package io.sluice.service.nativeimage.trace;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.ProtectionDomain;
import java.util.jar.JarFile;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Makes the JDK's reflection call {@link TraceRecorder}. {@code ClassLoader.loadClass} is called by the JVM itself for each
 * class that is linked, so calls to that are looked for in the callers instead.
 */
public final class TraceAgent {

    private TraceAgent() {}

    /**
     * Before the main method.
     *
     * @param arguments the recorder's jar, a comma, and the file to write to
     */
    public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
        String[] files = arguments.split(",", -1);
        instrumentation.appendToBootstrapClassLoaderSearch(new JarFile(files[0]));
        Class.forName(TraceRecorder.class.getName(), true, null)
                .getMethod("open", String.class)
                .invoke(null, files[1]);
        instrumentation.addTransformer(new Transformer(), true);
        instrumentation.retransformClasses(
                Class.class,
                ClassLoader.class,
                Method.class,
                Constructor.class,
                Field.class,
                Array.class,
                Proxy.class,
                MethodHandles.Lookup.class,
                Class.forName("java.io.ObjectStreamClass"),
                Class.forName("sun.misc.Unsafe"));
    }

    private static final class Transformer implements ClassFileTransformer {

        @Override
        public byte @Nullable [] transform(
                @Nullable ClassLoader loader,
                @Nullable String name,
                @Nullable Class<?> redefined,
                ProtectionDomain domain,
                byte[] bytes) {
            boolean reflection = redefined != null;
            boolean caller = loader != null && loader == ClassLoader.getSystemClassLoader();
            if (name == null || !reflection && !caller) {
                return null;
            }
            ClassReader reader = new ClassReader(bytes);
            ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            reader.accept(new Calls(writer, name, reflection), 0);
            return writer.toByteArray();
        }
    }

    private static final class Calls extends ClassVisitor {

        private final String owner;
        private final boolean reflection;

        Calls(ClassVisitor next, String owner, boolean reflection) {
            super(Opcodes.ASM9, next);
            this.owner = owner;
            this.reflection = reflection;
        }

        @Override
        public MethodVisitor visitMethod(
                int access,
                String name,
                String descriptor,
                @Nullable String signature,
                String @Nullable [] exceptions) {
            MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
            return reflection
                    ? TraceHooks.of(next, owner, access, name, descriptor)
                    : new TraceHooks.LoadClassCalls(next);
        }
    }
}
