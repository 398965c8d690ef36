package io.sluice.pipeline.transform;

/** The operators of two numbers. */
enum Arithmetic {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    MODULO("%");

    private final String sign;

    Arithmetic(String sign) {
        this.sign = sign;
    }

    @Override
    public String toString() {
        return sign;
    }
}
