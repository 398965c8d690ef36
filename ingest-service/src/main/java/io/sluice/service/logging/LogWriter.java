package io.sluice.service.logging;

import java.io.PrintWriter;
import java.io.Writer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes lines that a person would be told and logs them instead. */
public final class LogWriter extends PrintWriter {

    private final Logger log;

    /** Lines become records of a category. */
    public LogWriter(String category) {
        super(Writer.nullWriter());
        this.log = LoggerFactory.getLogger(category);
    }

    @Override
    public void println(String line) {
        log.info(line);
    }
}
