package io.sluice.pipeline.transform;

import java.util.List;
import java.util.Objects;
import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.validate.SqlConformanceEnum;

/** Parses projections and filters with Calcite's parser; places in errors are those of the text as written. */
final class SqlText {

    private static final String HEAD = "SELECT\n";
    private static final String FROM = "sluice_source_table";
    private static final int MAX_NAME = 1024;

    /** In characters; a list of a thousand columns has half of it, and time grows with the square. */
    private static final int MAX_LENGTH = 50_000;

    private static final SqlParser.Config CONFIG = SqlParser.config()
            .withUnquotedCasing(Casing.UNCHANGED)
            .withQuotedCasing(Casing.UNCHANGED)
            .withQuoting(Quoting.DOUBLE_QUOTE)
            .withConformance(SqlConformanceEnum.LENIENT)
            .withIdentifierMaxLength(MAX_NAME);

    private SqlText() {}

    /**
     * The items of a select list. Their places are one line too far down, see {@link #line}.
     *
     * @throws BindingException when the text is not a select list
     */
    static List<SqlNode> projection(String text) {
        requireBearable(text);
        SqlNode query;
        try {
            query = SqlParser.create(HEAD + text + "\nFROM " + FROM, CONFIG).parseQuery();
        } catch (SqlParseException unreadable) {
            throw refused(unreadable, text);
        }
        if (!(query instanceof SqlSelect select)
                || select.isDistinct()
                || select.getModifierNode(org.apache.calcite.sql.SqlSelectKeyword.STREAM) != null
                || select.hasHints()
                || select.hasWhere()
                || select.getGroup() != null
                || select.getHaving() != null
                || select.hasOrderBy()
                || select.getFetch() != null
                || select.getOffset() != null
                || !(select.getFrom() instanceof SqlIdentifier from)
                || !from.toString().equals(FROM)) {
            throw new BindingException(
                    new SqlParserPos(2, 1),
                    "expected a list of columns and expressions, such as: *, amount * 100 AS cents");
        }
        return List.copyOf(select.getSelectList());
    }

    /**
     * A condition.
     *
     * @throws BindingException when the text is not an expression
     */
    static SqlNode filter(String text) {
        requireBearable(text);
        try {
            return SqlParser.create(text, CONFIG).parseExpression();
        } catch (SqlParseException unreadable) {
            throw refused(unreadable, "");
        }
    }

    private static void requireBearable(String text) {
        if (text.length() > MAX_LENGTH) {
            throw new BindingException(SqlParserPos.ZERO, "has more than " + MAX_LENGTH + " characters");
        }
    }

    /** How many lines stand before the first line of a projection when it is parsed. */
    static int projectionOffset() {
        return 1;
    }

    private static BindingException refused(SqlParseException unreadable, String projection) {
        if (unreadable.getCause() instanceof StackOverflowError) {
            return new BindingException(SqlParserPos.ZERO, "is nested too deeply; write it in fewer levels");
        }
        String message = String.valueOf(unreadable.getMessage());
        String first = message.split("\\R", 2)[0].replaceAll(" at line \\d+, column \\d+\\.?", "");
        SqlParserPos position = Objects.requireNonNullElse(unreadable.getPos(), SqlParserPos.ZERO);
        if (!projection.isEmpty() && position.getLineNum() > projection.split("\\R", -1).length + 1) {
            return new BindingException(SqlParserPos.ZERO, "the expression is not complete, or has a FROM of its own");
        }
        return new BindingException(
                position,
                "not valid SQL here: " + first + "; a name that is a word of SQL must be written in double quotes");
    }
}
