package io.sluice.lake.parquet;

import io.sluice.lake.parquet.LakeColumn.Conversion;
import io.sluice.pipeline.batch.ColumnVector;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.SizeStatistics;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType;

/**
 * One column chunk in the making: values are encoded into the bytes of a data page (format version 1) as they come, and
 * full pages are handed on, to be compressed. Subclasses encode values; which of a block's rows have one, levels, page
 * limits and the dictionary's fate are decided here.
 *
 * <p>A chunk begins with a dictionary, as parquet-java's does, and goes on without one when the dictionary grows too
 * large or does not pay: at once when almost every value is new, otherwise by the sizes at the end of the first page.
 */
abstract class ColumnEncoder {

    /** Values after which a dictionary may be given up for hardly any value having come twice. */
    private static final int EARLY_LOOK = 4096;

    private static final int[] NO_NUMBERS = new int[0];

    private final ColumnDescriptor descriptor;
    private final PageWriter pages;
    private final int maxPageBytes;
    private final int maxPageRows;
    private final int maxDictionaryBytes;
    private final int defined;

    /** Values of the page, encoded; empty while the page uses the dictionary. */
    final ByteSink plain = new ByteSink();

    private final ByteSink page = new ByteSink();

    /** Dictionary numbers of the page's values. */
    int[] numbers = NO_NUMBERS;
    /** Values of the page, without nulls. */
    int pageValues;

    private int pageRows;
    private int pageNulls;
    private int[] levels = NO_NUMBERS;
    private int[] present = NO_NUMBERS;
    private boolean dictionary;
    private boolean dictionaryPages;
    private boolean lookedEarly;
    private int pagesEnded;

    ColumnEncoder(ColumnDescriptor descriptor, PageWriter pages, ParquetSettings settings, boolean dictionary) {
        this.descriptor = descriptor;
        this.pages = pages;
        this.maxPageBytes = settings.pageBytes();
        this.maxPageRows = settings.pageRows();
        this.maxDictionaryBytes = settings.dictionaryBytes();
        this.defined = descriptor.getMaxDefinitionLevel();
        this.dictionary = dictionary;
    }

    final PrimitiveType type() {
        return descriptor.getPrimitiveType();
    }

    /** Encodes the values of {@code vector[rows[from..to)]}. */
    final void write(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        for (int at = from; at < to; ) {
            int next = at + Math.min(to - at, maxPageRows - pageRows);
            if (vector.hasNulls()) {
                int count = findPresent(vector, rows, at, next);
                writeValues(conversion, vector, present, 0, count);
            } else {
                defineAll(next - at);
                writeValues(conversion, vector, rows, at, next);
            }
            at = next;
            endFullPage();
        }
    }

    /** Rows without a value. */
    final void writeNulls(int count) {
        for (int left = count; left > 0; ) {
            int some = Math.min(left, maxPageRows - pageRows);
            needLevels(some);
            Arrays.fill(levels, pageRows, pageRows + some, 0);
            pageRows += some;
            pageNulls += some;
            left -= some;
            endFullPage();
        }
    }

    private void writeValues(Conversion conversion, ColumnVector vector, int[] rows, int from, int to) {
        int count = to - from;
        if (dictionary) {
            if (numbers.length < pageValues + count) {
                numbers = Arrays.copyOf(numbers, Math.max(pageValues + count, numbers.length * 2));
            }
            number(conversion, vector, rows, from, to);
            pageValues += count;
            if (dictionaryBytes() > maxDictionaryBytes || isHopeless()) {
                giveUpDictionary();
            }
        } else {
            encode(conversion, vector, rows, from, to);
            pageValues += count;
        }
    }

    private boolean isHopeless() {
        if (lookedEarly || pagesEnded > 0 || pageValues < EARLY_LOOK) {
            return false;
        }
        lookedEarly = true;
        return dictionarySize() > pageValues / 20 * 19;
    }

    /** The page's values so far are encoded anew; pages that are ended stay as they are. */
    private void giveUpDictionary() {
        dictionary = false;
        encodeNumbered();
        numbers = NO_NUMBERS;
    }

    private void defineAll(int count) {
        if (pageNulls > 0) {
            needLevels(count);
            Arrays.fill(levels, pageRows, pageRows + count, defined);
        }
        pageRows += count;
    }

    private int findPresent(ColumnVector vector, int[] rows, int from, int to) {
        needLevels(to - from);
        if (present.length < to - from) {
            present = new int[to - from];
        }
        int count = 0;
        for (int i = from; i < to; i++) {
            int row = rows[i];
            boolean isNull = vector.isNull(row);
            levels[pageRows++] = isNull ? 0 : defined;
            present[count] = row;
            count += isNull ? 0 : 1;
        }
        pageNulls += to - from - count;
        return count;
    }

    /** Levels are only kept from a page's first null on: without one they are a single run. */
    private void needLevels(int count) {
        int needed = pageRows + count;
        if (levels.length < needed) {
            levels = Arrays.copyOf(levels, Math.max(needed, levels.length * 2));
        }
        if (pageNulls == 0) {
            Arrays.fill(levels, 0, pageRows, defined);
        }
    }

    private void endFullPage() {
        if (pageRows >= maxPageRows || plain.size() >= maxPageBytes || numberBytes() >= maxPageBytes) {
            endPage();
        }
    }

    private long numberBytes() {
        return dictionary ? (long) pageValues * HybridRuns.width(Math.max(0, dictionarySize() - 1)) >>> 3 : 0;
    }

    private void endPage() {
        boolean firstPage = pagesEnded == 0;
        if (dictionary && firstPage && numberBytes() + dictionaryBytes() >= plainBytes() && pageValues > 0) {
            giveUpDictionary();
        }
        page.clear();
        writeLevels();
        if (dictionary) {
            int width = HybridRuns.width(Math.max(0, dictionarySize() - 1));
            page.putByte(width);
            HybridRuns.write(numbers, pageValues, width, page);
            dictionaryPages = true;
        } else {
            appendPlain(page);
        }
        Statistics<?> statistics = Statistics.createStats(type());
        statistics.incrementNumNulls(pageNulls);
        addBounds(statistics);
        try {
            pages.writePage(
                    page.toBytesInput(),
                    pageRows,
                    pageRows,
                    statistics,
                    sizes(),
                    null,
                    descriptor.getMaxRepetitionLevel() == 0 ? Encoding.BIT_PACKED : Encoding.RLE,
                    defined == 0 ? Encoding.BIT_PACKED : Encoding.RLE,
                    dictionary ? Encoding.PLAIN_DICTIONARY : Encoding.PLAIN);
        } catch (IOException e) {
            throw new IllegalStateException("Pages are written to memory, which does not fail", e);
        }
        pagesEnded++;
        plain.clear();
        pageRows = 0;
        pageValues = 0;
        pageNulls = 0;
        pageEnded();
    }

    private void writeLevels() {
        if (descriptor.getMaxRepetitionLevel() > 0) {
            // Parts of lists and maps are only ever null: every row repeats nothing.
            int begin = page.beginLength();
            HybridRuns.writeRun(0, pageRows, HybridRuns.width(descriptor.getMaxRepetitionLevel()), page);
            page.endLength(begin);
        }
        if (defined > 0) {
            int begin = page.beginLength();
            if (pageNulls == 0) {
                HybridRuns.writeRun(defined, pageRows, HybridRuns.width(defined), page);
            } else {
                HybridRuns.write(levels, pageRows, HybridRuns.width(defined), page);
            }
            page.endLength(begin);
        }
    }

    private SizeStatistics sizes() {
        return new SizeStatistics(
                type(),
                byteArrayBytes(),
                histogram(descriptor.getMaxRepetitionLevel(), 1, pageRows, 0),
                histogram(defined, 2, pageNulls, pageRows - pageNulls));
    }

    /** How many rows have each level; left out where the maximum is below {@code least} and the numbers say nothing. */
    private static List<Long> histogram(int max, int least, long lowest, long highest) {
        if (max < least) {
            return new ArrayList<>();
        }
        List<Long> counts = new ArrayList<>(Collections.nCopies(max + 1, 0L));
        counts.set(max, highest);
        counts.set(0, lowest);
        return counts;
    }

    /** Ends the chunk's last page and hands the dictionary on. */
    final void finish() throws IOException {
        if (pageRows > 0) {
            endPage();
        }
        if (dictionaryPages) {
            page.clear();
            appendDictionary(page);
            pages.writeDictionaryPage(
                    new DictionaryPage(page.toBytesInput(), dictionarySize(), Encoding.PLAIN_DICTIONARY));
        }
    }

    /** Bytes of the chunk so far: ended pages, the open one, and the dictionary. */
    final long bytes() {
        return pages.getMemSize()
                + plain.size()
                + numberBytes()
                + (dictionary || dictionaryPages ? dictionaryBytes() : 0);
    }

    /** Gives each value its number in the dictionary: {@code numbers[pageValues..]}. */
    abstract void number(Conversion conversion, ColumnVector vector, int[] rows, int from, int to);

    /** Encodes values into {@link #plain}. */
    abstract void encode(Conversion conversion, ColumnVector vector, int[] rows, int from, int to);

    /** Encodes the values {@code numbers[0..pageValues)} into {@link #plain}. */
    abstract void encodeNumbered();

    /** The values of the page that were encoded into {@link #plain}, as they stand in a page. */
    void appendPlain(ByteSink to) {
        plain.appendTo(to);
    }

    /** What the page's values would take without a dictionary. */
    abstract long plainBytes();

    /** Distinct values. */
    abstract int dictionarySize();

    /** What the dictionary's page takes before compression. */
    abstract long dictionaryBytes();

    abstract void appendDictionary(ByteSink to);

    /** Adds the page's least and greatest value. */
    abstract void addBounds(Statistics<?> statistics);

    /** Bytes of the page's values, for byte arrays only. */
    long byteArrayBytes() {
        return 0;
    }

    /** A new page begins. */
    abstract void pageEnded();
}
