package io.sluice.service.nativeimage.trace;

import java.util.Set;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Which methods of the JDK tell the recorder what; straight code only, so that the frames of the methods stay true. */
final class TraceHooks {

    private static final String RECORDER = "io/sluice/service/nativeimage/trace/TraceRecorder";
    private static final String OBJECT = "Ljava/lang/Object;";

    private static final Set<String> MEMBERS_OF_CLASS = Set.of(
            "getMethods",
            "getMethod",
            "getDeclaredMethods",
            "getDeclaredMethod",
            "getConstructors",
            "getConstructor",
            "getDeclaredConstructors",
            "getDeclaredConstructor",
            "getFields",
            "getField",
            "getDeclaredFields",
            "getDeclaredField",
            "getRecordComponents",
            "getPermittedSubclasses",
            "getDeclaredClasses",
            "getClasses");

    private TraceHooks() {}

    static MethodVisitor of(MethodVisitor next, String owner, int access, String name, String descriptor) {
        boolean isPublic = (access & Opcodes.ACC_PUBLIC) != 0;
        if (!isPublic || (access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_NATIVE)) != 0) {
            return next;
        }
        return switch (owner) {
            case "java/lang/Class" -> ofClass(next, name);
            case "java/lang/ClassLoader" -> ofLoader(next, name, descriptor);
            case "java/lang/reflect/Method" -> name.equals("invoke") ? new Enter(next, "member", 0) : next;
            case "java/lang/reflect/Constructor" -> name.equals("newInstance") ? new Enter(next, "member", 0) : next;
            case "java/lang/reflect/Field" -> isAccess(name, descriptor) ? new Enter(next, "member", 0) : next;
            case "java/lang/reflect/Array" -> name.equals("newInstance") ? new Leave(next, "array") : next;
            case "java/lang/reflect/Proxy" -> name.equals("newProxyInstance") ? new Enter(next, "proxy", 1) : next;
            case "java/lang/invoke/MethodHandles$Lookup" -> ofHandles(next, name);
            case "sun/misc/Unsafe" ->
                name.endsWith("FieldOffset") || name.equals("staticFieldBase") ? new Enter(next, "member", 1) : next;
            case "java/io/ObjectStreamClass" -> name.startsWith("lookup") ? new Enter(next, "serialized", 0) : next;
            default -> next;
        };
    }

    private static MethodVisitor ofClass(MethodVisitor next, String name) {
        if (name.equals("forName")) {
            return new Leave(next, "type");
        }
        if (name.equals("newInstance")) {
            return new Enter(next, "created", 0);
        }
        return MEMBERS_OF_CLASS.contains(name) ? new Enter(next, "type", 0) : next;
    }

    private static MethodVisitor ofLoader(MethodVisitor next, String name, String descriptor) {
        boolean ofInstance = name.equals("getResource") || name.equals("getResources");
        return ofInstance && descriptor.startsWith("(Ljava/lang/String;)") ? new LeaveWithName(next) : next;
    }

    private static MethodVisitor ofHandles(MethodVisitor next, String name) {
        return switch (name) {
            case "findVirtual", "findStatic", "findSpecial" -> new Enter(next, "methodHandle", 1, 2, 3);
            case "findConstructor" -> new Enter(next, "constructorHandle", 1, 2);
            case "findGetter",
                    "findSetter",
                    "findStaticGetter",
                    "findStaticSetter",
                    "findVarHandle",
                    "findStaticVarHandle" -> new Enter(next, "fieldHandle", 1, 2);
            case "unreflect",
                    "unreflectSpecial",
                    "unreflectConstructor",
                    "unreflectGetter",
                    "unreflectSetter",
                    "unreflectVarHandle" -> new Enter(next, "member", 1);
            case "findClass" -> new Leave(next, "type");
            default -> next;
        };
    }

    /** Reads and writes of a field, not what is told about it. */
    private static boolean isAccess(String name, String descriptor) {
        return (name.startsWith("get") || name.startsWith("set")) && descriptor.startsWith("(Ljava/lang/Object;");
    }

    private static void record(MethodVisitor code, String what, int arguments) {
        code.visitMethodInsn(Opcodes.INVOKESTATIC, RECORDER, what, "(" + OBJECT.repeat(arguments) + ")V", false);
    }

    /** Tells of a call's arguments when it begins. */
    private static final class Enter extends MethodVisitor {

        private final String what;
        private final int[] locals;

        Enter(MethodVisitor next, String what, int... locals) {
            super(Opcodes.ASM9, next);
            this.what = what;
            this.locals = locals;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            for (int local : locals) {
                super.visitVarInsn(Opcodes.ALOAD, local);
            }
            record(mv, what, locals.length);
        }
    }

    /** Tells of what a call gives. */
    private static final class Leave extends MethodVisitor {

        private final String what;

        Leave(MethodVisitor next, String what) {
            super(Opcodes.ASM9, next);
            this.what = what;
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.ARETURN) {
                super.visitInsn(Opcodes.DUP);
                record(mv, what, 1);
            }
            super.visitInsn(opcode);
        }
    }

    /** Tells of a name that was asked for, and of what was found. */
    private static final class LeaveWithName extends MethodVisitor {

        LeaveWithName(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.ARETURN) {
                super.visitInsn(Opcodes.DUP);
                super.visitVarInsn(Opcodes.ALOAD, 1);
                super.visitInsn(Opcodes.SWAP);
                record(mv, "resource", 2);
            }
            super.visitInsn(opcode);
        }
    }

    /** Tells of classes that a class loader was asked for by name. */
    static final class LoadClassCalls extends MethodVisitor {

        LoadClassCalls(MethodVisitor next) {
            super(Opcodes.ASM9, next);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            if (opcode == Opcodes.INVOKEVIRTUAL
                    && name.equals("loadClass")
                    && descriptor.equals("(Ljava/lang/String;)Ljava/lang/Class;")) {
                super.visitInsn(Opcodes.DUP);
                record(mv, "type", 1);
            }
        }
    }
}
