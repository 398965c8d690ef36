package io.sluice.pipeline.transform;

import io.sluice.pipeline.batch.ColumnVector;
import io.sluice.pipeline.batch.DoubleVector;
import io.sluice.pipeline.batch.FloatVector;
import io.sluice.pipeline.batch.IntVector;
import io.sluice.pipeline.batch.LongVector;

/** Arithmetic on integers and floating point. Rows that are null hold garbage, which may overflow unnoticed. */
final class NumericKernels {

    private NumericKernels() {}

    static EvaluationException overflow(String type) {
        return new EvaluationException("the result is out of the range of " + type);
    }

    static EvaluationException divisionByZero() {
        return new EvaluationException("division by zero");
    }

    static Call.Kernel intArithmetic(Arithmetic operation) {
        return switch (operation) {
            case ADD -> NumericKernels::addInts;
            case SUBTRACT -> NumericKernels::subtractInts;
            case MULTIPLY -> NumericKernels::multiplyInts;
            case DIVIDE -> NumericKernels::divideInts;
            case MODULO -> NumericKernels::moduloInts;
        };
    }

    static Call.Kernel longArithmetic(Arithmetic operation) {
        return switch (operation) {
            case ADD -> NumericKernels::addLongs;
            case SUBTRACT -> NumericKernels::subtractLongs;
            case MULTIPLY -> NumericKernels::multiplyLongs;
            case DIVIDE -> NumericKernels::divideLongs;
            case MODULO -> NumericKernels::moduloLongs;
        };
    }

    private static void addInts(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            int result = a[i] + b[i];
            if (((a[i] ^ result) & (b[i] ^ result)) < 0 && !out.isNull(i)) {
                throw overflow("INT32");
            }
            to[i] = result;
        }
    }

    private static void subtractInts(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            int result = a[i] - b[i];
            if (((a[i] ^ b[i]) & (a[i] ^ result)) < 0 && !out.isNull(i)) {
                throw overflow("INT32");
            }
            to[i] = result;
        }
    }

    private static void multiplyInts(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            long result = (long) a[i] * b[i];
            if ((int) result != result && !out.isNull(i)) {
                throw overflow("INT32");
            }
            to[i] = (int) result;
        }
    }

    private static void divideInts(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (b[i] == 0) {
                if (!out.isNull(i)) {
                    throw divisionByZero();
                }
                continue;
            }
            if (b[i] == -1 && a[i] == Integer.MIN_VALUE && !out.isNull(i)) {
                throw overflow("INT32");
            }
            to[i] = a[i] / b[i];
        }
    }

    private static void moduloInts(ColumnVector[] in, ColumnVector out, int rows) {
        int[] a = ((IntVector) in[0]).values();
        int[] b = ((IntVector) in[1]).values();
        int[] to = ((IntVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (b[i] != 0) {
                to[i] = a[i] % b[i];
            } else if (!out.isNull(i)) {
                throw divisionByZero();
            }
        }
    }

    private static void addLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            long result = a[i] + b[i];
            if (((a[i] ^ result) & (b[i] ^ result)) < 0 && !out.isNull(i)) {
                throw overflow("INT64");
            }
            to[i] = result;
        }
    }

    private static void subtractLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            long result = a[i] - b[i];
            if (((a[i] ^ b[i]) & (a[i] ^ result)) < 0 && !out.isNull(i)) {
                throw overflow("INT64");
            }
            to[i] = result;
        }
    }

    private static void multiplyLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            long result = a[i] * b[i];
            if (Math.multiplyHigh(a[i], b[i]) != result >> 63 && !out.isNull(i)) {
                throw overflow("INT64");
            }
            to[i] = result;
        }
    }

    private static void divideLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (b[i] == 0) {
                if (!out.isNull(i)) {
                    throw divisionByZero();
                }
                continue;
            }
            if (b[i] == -1 && a[i] == Long.MIN_VALUE && !out.isNull(i)) {
                throw overflow("INT64");
            }
            to[i] = a[i] / b[i];
        }
    }

    private static void moduloLongs(ColumnVector[] in, ColumnVector out, int rows) {
        long[] a = ((LongVector) in[0]).values();
        long[] b = ((LongVector) in[1]).values();
        long[] to = ((LongVector) out).values();
        for (int i = 0; i < rows; i++) {
            if (b[i] != 0) {
                to[i] = a[i] % b[i];
            } else if (!out.isNull(i)) {
                throw divisionByZero();
            }
        }
    }

    static Call.Kernel doubleArithmetic(Arithmetic operation) {
        return (in, out, rows) -> {
            double[] a = ((DoubleVector) in[0]).values();
            double[] b = ((DoubleVector) in[1]).values();
            double[] to = ((DoubleVector) out).values();
            switch (operation) {
                case ADD -> {
                    for (int i = 0; i < rows; i++) {
                        to[i] = a[i] + b[i];
                    }
                }
                case SUBTRACT -> {
                    for (int i = 0; i < rows; i++) {
                        to[i] = a[i] - b[i];
                    }
                }
                case MULTIPLY -> {
                    for (int i = 0; i < rows; i++) {
                        to[i] = a[i] * b[i];
                    }
                }
                case DIVIDE, MODULO -> {
                    for (int i = 0; i < rows; i++) {
                        if (b[i] == 0 && !out.isNull(i)) {
                            throw divisionByZero();
                        }
                        to[i] = operation == Arithmetic.DIVIDE ? a[i] / b[i] : a[i] % b[i];
                    }
                }
            }
            for (int i = 0; i < rows; i++) {
                if (Double.isInfinite(to[i]) && Double.isFinite(a[i]) && Double.isFinite(b[i]) && !out.isNull(i)) {
                    throw overflow("FLOAT64");
                }
            }
        };
    }

    static Call.Kernel floatArithmetic(Arithmetic operation) {
        return (in, out, rows) -> {
            float[] a = ((FloatVector) in[0]).values();
            float[] b = ((FloatVector) in[1]).values();
            float[] to = ((FloatVector) out).values();
            for (int i = 0; i < rows; i++) {
                if (b[i] == 0 && (operation == Arithmetic.DIVIDE || operation == Arithmetic.MODULO) && !out.isNull(i)) {
                    throw divisionByZero();
                }
                float result = switch (operation) {
                    case ADD -> a[i] + b[i];
                    case SUBTRACT -> a[i] - b[i];
                    case MULTIPLY -> a[i] * b[i];
                    case DIVIDE -> a[i] / b[i];
                    case MODULO -> a[i] % b[i];
                };
                if (Float.isInfinite(result) && Float.isFinite(a[i]) && Float.isFinite(b[i]) && !out.isNull(i)) {
                    throw overflow("FLOAT32");
                }
                to[i] = result;
            }
        };
    }
}
