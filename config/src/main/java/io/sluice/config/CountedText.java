package io.sluice.config;

/**
 * A text that may be looked at so many times only, so that a regular expression that backtracks without end (such as
 * {@code a*a*a*a*b}) comes to one. Used by one thread.
 */
final class CountedText implements CharSequence {

    /** Names have at most some hundred characters, and a sensible expression looks at each a few times. */
    static final int MOST_LOOKS = 100_000;

    private final CharSequence text;
    private int looks;

    CountedText(CharSequence text) {
        this.text = text;
    }

    /** The text was looked at too often. */
    static final class ExhaustedException extends RuntimeException {}

    @Override
    public char charAt(int index) {
        if (++looks > MOST_LOOKS) {
            throw new ExhaustedException();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.subSequence(start, end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
