package io.sluice.testkit.workload;

import io.sluice.testkit.workload.RandomWorkload.Feature;
import io.sluice.testkit.workload.TableModel.Changes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/** One transaction on a connection, made statement by statement. */
final class OpenTransaction {

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final Connection connection;
    private final Random random;
    private final RandomValues values;
    private final List<TableModel> tables;
    private final Set<Feature> features;
    private Map<TableModel, Changes> changes = new LinkedHashMap<>();
    private final List<Map<TableModel, Changes>> savepoints = new ArrayList<>();
    private int statementsLeft;

    OpenTransaction(
            Connection connection, Random random, RandomValues values, List<TableModel> tables, Set<Feature> features) {
        this.connection = connection;
        this.random = random;
        this.values = values;
        this.tables = tables;
        this.features = features;
        this.statementsLeft = random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(12);
    }

    /**
     * Does one thing more.
     *
     * @return whether the transaction is over
     */
    boolean step() throws SQLException {
        if (statementsLeft-- <= 0) {
            boolean commit = random.nextInt(8) > 0;
            end(commit);
            return true;
        }
        try {
            change();
            return false;
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                // Somebody outside the workload holds a lock; the transaction is given up.
                end(false);
                return true;
            }
            throw e;
        }
    }

    /** Fills a table; commits. */
    static void fill(Connection connection, Random random, RandomValues values, TableModel table, int rows)
            throws SQLException {
        OpenTransaction transaction = new OpenTransaction(connection, random, values, List.of(table), Set.of());
        table.enter(transaction);
        for (int i = 0; i < rows; i++) {
            transaction.insert(table, transaction.changesOf(table));
        }
        transaction.end(true);
    }

    private void end(boolean commit) throws SQLException {
        if (commit) {
            connection.commit();
            changes.forEach((table, own) -> table.commit(this, own));
        } else {
            connection.rollback();
        }
        tables.forEach(table -> table.leave(this));
    }

    private void change() throws SQLException {
        if (features.contains(Feature.SAVEPOINTS) && random.nextInt(12) == 0) {
            savepoint();
            return;
        }
        TableModel table = tables.get(random.nextInt(tables.size()));
        if (features.contains(Feature.TRUNCATE) && random.nextInt(100) == 0 && table.enterAlone(this)) {
            execute("TRUNCATE " + table.table().name());
            changesOf(table).truncate();
            return;
        }
        if (!table.enter(this)) {
            return;
        }
        Changes own = changesOf(table);
        if (table.table().keyWidth() == 0) {
            changeKeyless(table, own);
            return;
        }
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4 -> insert(table, own);
            case 5, 6, 7, 8, 9, 10 -> update(table, own, 1);
            case 11 -> update(table, own, 2 + random.nextInt(6));
            case 12, 13 -> changeKey(table, own);
            case 14, 15 -> delete(table, own);
            case 16, 17 -> deleteAndInsert(table, own);
            case 18 -> upsert(table, own);
            default -> {
                int rows = random.nextInt(6) == 0 ? 100 + random.nextInt(200) : 5;
                for (int i = 0; i < rows; i++) {
                    insert(table, own);
                }
            }
        }
    }

    private void savepoint() throws SQLException {
        if (savepoints.isEmpty() || random.nextBoolean()) {
            execute("SAVEPOINT s" + savepoints.size());
            savepoints.add(copy(changes));
            return;
        }
        int target = random.nextInt(savepoints.size());
        execute("ROLLBACK TO SAVEPOINT s" + target);
        changes = copy(savepoints.get(target));
        savepoints.subList(target + 1, savepoints.size()).clear();
    }

    private static Map<TableModel, Changes> copy(Map<TableModel, Changes> changes) {
        Map<TableModel, Changes> copy = new LinkedHashMap<>();
        changes.forEach((table, own) -> copy.put(table, new Changes(own)));
        return copy;
    }

    private Changes changesOf(TableModel table) {
        return changes.computeIfAbsent(table, key -> new Changes());
    }

    private void insert(TableModel table, Changes own) throws SQLException {
        RandomTable shape = table.table();
        List<String> key = List.of();
        if (shape.keyWidth() > 0) {
            Optional<List<String>> fresh = table.newKey(random, values, this, own);
            if (fresh.isEmpty()) {
                return;
            }
            key = fresh.get();
            own.add(key);
        }
        execute(insertSql(shape, key));
    }

    private String insertSql(RandomTable shape, List<String> key) {
        List<String> row = new ArrayList<>(key);
        shape.others().forEach(column -> row.add(values.literal(column)));
        return "INSERT INTO " + shape.name() + " VALUES (" + String.join(", ", row) + ")";
    }

    private void update(TableModel table, Changes own, int rows) throws SQLException {
        Set<List<String>> keys = new HashSet<>();
        List<String> conditions = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            table.existingKey(random, this, own).filter(keys::add).ifPresent(key -> conditions.add(where(table, key)));
        }
        if (!conditions.isEmpty()) {
            execute("UPDATE " + table.table().name() + " SET " + assignments(table.table()) + " WHERE "
                    + String.join(" OR ", conditions));
        }
    }

    /** Mostly few columns, so that large values of others are left out of the log. */
    private String assignments(RandomTable shape) {
        List<RandomColumn> columns = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? 1 + random.nextInt(shape.others().size()) : 1;
        for (int i = 0; i < count; i++) {
            RandomColumn column =
                    shape.others().get(random.nextInt(shape.others().size()));
            if (!columns.contains(column)) {
                columns.add(column);
            }
        }
        return columns.stream()
                .map(column -> column.name() + " = " + values.literal(column))
                .collect(Collectors.joining(", "));
    }

    private void changeKey(TableModel table, Changes own) throws SQLException {
        Optional<List<String>> old = table.existingKey(random, this, own);
        Optional<List<String>> fresh = table.newKey(random, values, this, own);
        if (old.isEmpty() || fresh.isEmpty()) {
            return;
        }
        String key = keyAssignments(table.table(), fresh.get());
        String more = random.nextBoolean() ? "" : ", " + assignments(table.table());
        execute("UPDATE " + table.table().name() + " SET " + key + more + " WHERE " + where(table, old.get()));
        own.remove(old.get());
        own.add(fresh.get());
    }

    private static String keyAssignments(RandomTable shape, List<String> key) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            parts.add(shape.key().get(i).name() + " = " + key.get(i));
        }
        return String.join(", ", parts);
    }

    private void delete(TableModel table, Changes own) throws SQLException {
        Optional<List<String>> key = table.existingKey(random, this, own);
        if (key.isPresent()) {
            execute("DELETE FROM " + table.table().name() + " WHERE " + where(table, key.get()));
            own.remove(key.get());
        }
    }

    private void deleteAndInsert(TableModel table, Changes own) throws SQLException {
        Optional<List<String>> key = table.existingKey(random, this, own);
        if (key.isPresent()) {
            execute("DELETE FROM " + table.table().name() + " WHERE " + where(table, key.get()));
            own.remove(key.get());
            execute(insertSql(table.table(), key.get()));
            own.add(key.get());
        }
    }

    private void upsert(TableModel table, Changes own) throws SQLException {
        Optional<List<String>> key =
                random.nextBoolean() ? table.existingKey(random, this, own) : table.newKey(random, values, this, own);
        if (key.isEmpty()) {
            return;
        }
        RandomTable shape = table.table();
        String keyColumns = shape.key().stream().map(RandomColumn::name).collect(Collectors.joining(", "));
        RandomColumn changed = shape.others().get(random.nextInt(shape.others().size()));
        execute(insertSql(shape, key.get()) + " ON CONFLICT (" + keyColumns + ") DO UPDATE SET " + changed.name()
                + " = EXCLUDED." + changed.name());
        own.add(key.get());
    }

    private void changeKeyless(TableModel table, Changes own) throws SQLException {
        String name = table.table().name();
        String oneRow = " WHERE ctid = (SELECT ctid FROM " + name + " OFFSET " + random.nextInt(40) + " LIMIT 1)";
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> insert(table, own);
            case 3 ->
                execute("INSERT INTO " + name + " SELECT * FROM " + name + " OFFSET " + random.nextInt(40)
                        + " LIMIT 1");
            case 4, 5 -> execute("UPDATE " + name + " SET " + assignments(table.table()) + oneRow);
            default -> execute("DELETE FROM " + name + oneRow);
        }
    }

    private static String where(TableModel table, List<String> key) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            parts.add(table.table().key().get(i).name() + " = " + key.get(i));
        }
        return "(" + String.join(" AND ", parts) + ")";
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new SQLException(
                    e.getMessage() + " in " + sql.substring(0, Math.min(300, sql.length())), e.getSQLState(), e);
        }
    }
}
