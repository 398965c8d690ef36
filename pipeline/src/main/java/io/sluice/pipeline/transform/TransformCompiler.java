package io.sluice.pipeline.transform;

import io.sluice.pipeline.error.ErrorKind;
import io.sluice.pipeline.error.PipelineException;
import io.sluice.pipeline.schema.Column;
import io.sluice.pipeline.schema.DataType;
import io.sluice.pipeline.schema.TableSchema;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;

/**
 * Compiles a projection, filter and route against a table's schema. Everything that can be known without data is checked
 * here: names, types, functions, the key.
 */
public final class TransformCompiler {

    private TransformCompiler() {}

    /**
     * Compiles what a pipeline's file says about one table.
     *
     * @param source the table's schema at the source
     * @throws PipelineException {@code CONFIGURATION} when an expression does not parse, names what does not exist, has
     *     types that do not fit, or leaves out the key; the message names the table, the expression, line and column
     */
    public static TableTransform compile(TransformSpec spec, TableSchema source) {
        if (spec.projection().strip().equals("*") && spec.filter().isEmpty()) {
            return new IdentityTransform(
                    source, new TableSchema(spec.sink(), source.version(), source.columns(), source.key()));
        }
        ExpressionBinder binder = new ExpressionBinder(source);
        List<Output> outputs =
                located(spec, "projection", SqlText.projectionOffset(), () -> outputs(binder, spec, source));
        Optional<Expression> filter = spec.filter()
                .map(text -> located(spec, "filter", 0, () -> {
                    SqlNode node = SqlText.filter(text);
                    return binder.bindBoolean(node, "a filter");
                }));
        List<Column> columns = new ArrayList<>();
        List<Expression> expressions = new ArrayList<>();
        for (Output output : outputs) {
            columns.add(output.column());
            expressions.add(output.expression());
        }
        List<Integer> key = key(spec, source, outputs);
        for (int index : key) {
            Column column = columns.get(index);
            columns.set(index, new Column(column.name(), column.type(), false, column.nativeType(), column.storage()));
        }
        TableSchema output = new TableSchema(spec.sink(), source.version(), columns, key);
        return new CompiledTransform(source, output, expressions, filter, binder.sharedCount());
    }

    /**
     * What a rule says about a table, in the parser's own spelling and with {@code *} written out: rules that differ only
     * in layout have the same text. The rule must have been compiled before.
     */
    public static String canonical(TransformSpec spec, TableSchema source) {
        StringBuilder text = new StringBuilder();
        for (SqlNode item : SqlText.projection(spec.projection())) {
            if (item instanceof SqlIdentifier identifier && identifier.isStar()) {
                source.columns().stream()
                        .map(Column::name)
                        .sorted()
                        .forEach(name -> text.append(name).append('\n'));
            } else {
                text.append(item).append('\n');
            }
        }
        spec.filter().ifPresent(filter -> text.append("WHERE ").append(SqlText.filter(filter)));
        return text.toString();
    }

    /** One column of the result. */
    private record Output(Column column, Expression expression) {}

    private static List<Output> outputs(ExpressionBinder binder, TransformSpec spec, TableSchema source) {
        List<Output> outputs = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SqlNode item : SqlText.projection(spec.projection())) {
            if (item instanceof SqlIdentifier identifier && identifier.isStar()) {
                boolean own = identifier.names.size() == 1
                        || identifier
                                .names
                                .get(0)
                                .equalsIgnoreCase(source.table().name());
                if (!own) {
                    throw new BindingException(
                            item.getParserPosition(), "unknown table '" + identifier.names.get(0) + "'");
                }
                for (int i = 0; i < source.width(); i++) {
                    Column column = source.column(i);
                    add(outputs, names, new Output(column, new ColumnExpression(i, column)), item);
                }
            } else {
                add(outputs, names, output(binder, item, source), item);
            }
        }
        return outputs;
    }

    private static void add(List<Output> outputs, Set<String> names, Output output, SqlNode item) {
        if (!names.add(output.column().name())) {
            throw new BindingException(
                    item.getParserPosition(),
                    "two columns of the result are named '" + output.column().name()
                            + "'; give one another name with AS");
        }
        outputs.add(output);
    }

    private static Output output(ExpressionBinder binder, SqlNode item, TableSchema source) {
        SqlNode node = item;
        Optional<String> alias = Optional.empty();
        if (item.getKind() == SqlKind.AS) {
            SqlCall as = (SqlCall) item;
            node = as.operand(0);
            alias = Optional.of(((SqlIdentifier) as.operand(1)).getSimple());
        }
        if (node instanceof SqlIdentifier identifier && !identifier.isStar()) {
            if (identifier.names.size() == 1 && !identifier.isComponentQuoted(0)) {
                Functions.refuseImpure(identifier.getSimple(), identifier.getParserPosition());
            }
            ColumnExpression expression = binder.column(identifier);
            Column column = source.column(expression.index());
            return new Output(
                    new Column(
                            alias.orElse(column.name()),
                            column.type(),
                            column.nullable(),
                            column.nativeType(),
                            column.storage()),
                    expression);
        }
        SqlParserPos position = node.getParserPosition();
        Expression expression = binder.bind(node);
        String name = alias.orElseThrow(
                () -> new BindingException(position, "a computed column needs a name: write … AS name"));
        if (OperatorBinder.isUntypedNull(expression)) {
            throw new BindingException(position, "NULL has no type; write CAST(NULL AS …)");
        }
        DataType type = expression.type();
        return new Output(
                new Column(name, type, expression.nullable(), type.toString(), storage(expression, source)),
                expression);
    }

    /** The log can leave a computed value out when it can leave out all that it is computed from. */
    private static Column.Storage storage(Expression expression, TableSchema source) {
        BitSet inputs = expression.inputs();
        boolean outOfLine = !inputs.isEmpty()
                && inputs.stream().allMatch(i -> source.column(i).storage() == Column.Storage.OUT_OF_LINE);
        return outOfLine ? Column.Storage.OUT_OF_LINE : Column.Storage.INLINE;
    }

    private static List<Integer> key(TransformSpec spec, TableSchema source, List<Output> outputs) {
        List<Integer> key = new ArrayList<>();
        for (int keyColumn : source.key()) {
            int found = -1;
            for (int i = 0; i < outputs.size() && found < 0; i++) {
                if (outputs.get(i).expression() instanceof ColumnExpression column && column.index() == keyColumn) {
                    found = i;
                }
            }
            if (found < 0) {
                throw new PipelineException(
                        ErrorKind.CONFIGURATION,
                        spec.source(),
                        "Table " + spec.source() + ", projection: the key column '"
                                + source.column(keyColumn).name()
                                + "' is missing; every column of the key must be in the projection as it is (AS may"
                                + " rename it), since updates and deletes find their row by it",
                        null);
            }
            key.add(found);
        }
        return key;
    }

    private static <T> T located(TransformSpec spec, String expression, int lineOffset, Supplier<T> work) {
        try {
            return work.get();
        } catch (StackOverflowError tooDeep) {
            // Parser and binder go as deep as the text; they keep nothing that could be left half done.
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    spec.source(),
                    "Table " + spec.source() + ", " + expression + ": is nested too deeply; write it in fewer levels",
                    tooDeep);
        } catch (BindingException problem) {
            int line = problem.position().getLineNum() - lineOffset;
            String place = line < 1
                    ? ""
                    : ", line " + line + ", column " + problem.position().getColumnNum();
            throw new PipelineException(
                    ErrorKind.CONFIGURATION,
                    spec.source(),
                    "Table " + spec.source() + ", " + expression + place + ": " + problem.reason(),
                    problem);
        }
    }
}
