package io.sluice.config;

import java.io.Serializable;

/**
 * One thing that is wrong with a pipeline's file. Never contains a secret or what a reference stands for.
 *
 * @param file the file's name as it was given to the reader
 * @param line counted from 1
 * @param column counted from 1
 * @param path where in the document, such as {@code source.port} or {@code transform[0].filter}; empty for the whole
 * @param message what is wrong and what to write instead
 */
public record ConfigProblem(String file, int line, int column, String path, String message) implements Serializable {

    /** {@code file:line:column: path: message}. */
    @Override
    public String toString() {
        String where = file + ":" + line + ":" + column + ": ";
        return path.isEmpty() ? where + message : where + path + ": " + message;
    }
}
