package io.sluice.service.nativeimage.trace;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.objectweb.asm.ClassReader;

/** Packs the agent, with the library that it changes classes with, and the recorder, which the boot loader loads. */
public final class TraceJars {

    private TraceJars() {}

    /**
     * Makes the jars.
     *
     * @param directory where
     * @param output the file that the agent is to write
     * @return the JVM's option
     */
    public static String option(Path directory, Path output) throws IOException {
        Path recorder = directory.resolve("recorder.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(recorder))) {
            add(jar, TraceRecorder.class);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", TraceAgent.class.getName());
        manifest.getMainAttributes().putValue("Can-Retransform-Classes", "true");
        Path agent = directory.resolve("agent.jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(agent), manifest)) {
            for (Class<?> type : List.of(TraceAgent.class, TraceHooks.class)) {
                add(jar, type);
                for (Class<?> inner : type.getDeclaredClasses()) {
                    add(jar, inner);
                }
            }
            addLibrary(jar);
        }
        return "-javaagent:" + agent + "=" + recorder + "," + output;
    }

    private static void add(JarOutputStream jar, Class<?> type) throws IOException {
        String name = type.getName().replace('.', '/') + ".class";
        try (InputStream in = TraceJars.class.getClassLoader().getResourceAsStream(name)) {
            jar.putNextEntry(new JarEntry(name));
            in.transferTo(jar);
            jar.closeEntry();
        }
    }

    private static void addLibrary(JarOutputStream jar) throws IOException {
        Path library;
        try {
            library = Path.of(ClassReader.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IOException("The library that changes classes is not in a file", e);
        }
        try (JarFile from = new JarFile(library.toFile())) {
            for (Enumeration<JarEntry> entries = from.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().startsWith("org/objectweb/asm/")
                        && entry.getName().endsWith(".class")) {
                    jar.putNextEntry(new JarEntry(entry.getName()));
                    try (InputStream in = from.getInputStream(entry)) {
                        in.transferTo(jar);
                    }
                    jar.closeEntry();
                }
            }
        }
    }
}
