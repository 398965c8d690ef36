package io.sluice.pipeline.transform;

import io.sluice.pipeline.schema.DataType;
import java.util.List;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.parser.SqlParserPos;

/** GREATEST and LEAST, as in PostgreSQL over the arguments that are not null. */
final class Extremes {

    private Extremes() {}

    /**
     * @param arguments of one type
     * @param wins how the next argument must compare to what was best so far, to be better
     */
    static Expression of(OperatorBinder operators, List<Expression> arguments, SqlKind wins, SqlParserPos position) {
        Expression best = operators.share(arguments.get(0));
        for (Expression argument : arguments.subList(1, arguments.size())) {
            Expression next = operators.share(argument);
            Expression better = JunctionExpression.or(
                    Call.total(DataType.BOOLEAN, LogicKernels::isNull, best),
                    operators.compare(wins, next, best, position));
            Expression picked = new CaseExpression(List.of(better), List.of(next), best);
            // Without a next value the old one stays, which the comparison, being unknown, sees to; when there was
            // none before, the next one is taken even if it is null too.
            best = operators.share(picked);
        }
        return best;
    }
}
