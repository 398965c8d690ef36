package io.sluice.service.demo;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One client's transactions over several tables: new orders with their lines, orders that pass and leave the filter,
 * changes of key, deletions, and transactions that are rolled back. Each client has orders of its own, so that clients
 * wait for each other only at customers. Used by one thread.
 */
final class OrderChanges {

    private static final int KNOWN_ORDERS = 3000;
    private static final int MAX_LINES = 7;
    private static final LocalDate FIRST_DAY = LocalDate.of(1992, 1, 1);
    private static final int DAYS = 2400;
    private static final String[] STATUSES = {"O", "F", "P"};

    private final Connection connection;
    private final SplittableRandom random;
    private final int clients;
    private final List<Long> orders = new ArrayList<>();
    private final PreparedStatement insertOrder;
    private final PreparedStatement insertLine;
    private final PreparedStatement setStatus;
    private final PreparedStatement setLineStatus;
    private final PreparedStatement setPrice;
    private final PreparedStatement setTotal;
    private final PreparedStatement setBalance;
    private final PreparedStatement moveOrder;
    private final PreparedStatement moveLines;
    private final PreparedStatement deleteLines;
    private final PreparedStatement deleteOrder;
    private final long customers;
    private long nextKey;

    /** @param client 0 to {@code clients - 1} */
    OrderChanges(Connection connection, SplittableRandom random, int client, int clients) throws SQLException {
        this.connection = connection;
        this.random = random;
        this.clients = clients;
        this.insertOrder = connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)");
        this.insertLine = connection.prepareStatement(
                "INSERT INTO lineitem VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'N', 'O', ?, ?, ?, 'NONE', 'TRUCK', ?)");
        this.setStatus = connection.prepareStatement("UPDATE orders SET o_orderstatus = ? WHERE o_orderkey = ?");
        this.setLineStatus = connection.prepareStatement("UPDATE lineitem SET l_linestatus = ? WHERE l_orderkey = ?");
        this.setPrice = connection.prepareStatement(
                "UPDATE lineitem SET l_extendedprice = l_extendedprice + ?, l_discount = ? WHERE l_orderkey = ?");
        this.setTotal = connection.prepareStatement(
                "UPDATE orders SET o_totalprice = o_totalprice + ?, o_comment = ?" + " WHERE o_orderkey = ?");
        this.setBalance =
                connection.prepareStatement("UPDATE customer SET c_acctbal = c_acctbal + ? WHERE c_custkey = ?");
        this.moveOrder = connection.prepareStatement("UPDATE orders SET o_orderkey = ? WHERE o_orderkey = ?");
        this.moveLines = connection.prepareStatement("UPDATE lineitem SET l_orderkey = ? WHERE l_orderkey = ?");
        this.deleteLines = connection.prepareStatement("DELETE FROM lineitem WHERE l_orderkey = ?");
        this.deleteOrder = connection.prepareStatement("DELETE FROM orders WHERE o_orderkey = ?");
        this.customers = Math.max(1, queryLong("SELECT count(*) FROM customer"));
        this.nextKey = (queryLong("SELECT coalesce(max(o_orderkey), 0) FROM orders") / clients + 1) * clients + client;
        loadOrders(client);
        connection.rollback();
    }

    /** Runs one transaction; the rows it changed, 0 when it was rolled back. */
    long transaction() throws SQLException {
        int dice = random.nextInt(100);
        long rows;
        if (orders.isEmpty() || dice < 35) {
            rows = newOrder();
        } else if (dice < 60) {
            rows = changeStatus(anyOrder());
        } else if (dice < 75) {
            rows = changePrice(anyOrder());
        } else if (dice < 85) {
            rows = changeKey();
        } else if (dice < 95) {
            rows = delete();
        } else {
            newOrder();
            orders.remove(orders.size() - 1);
            connection.rollback();
            return 0;
        }
        connection.commit();
        return rows;
    }

    private long newOrder() throws SQLException {
        long key = takeKey();
        LocalDate day = FIRST_DAY.plusDays(random.nextInt(DAYS));
        int lines = 1 + random.nextInt(MAX_LINES);
        insertOrder.setLong(1, key);
        insertOrder.setLong(2, 1 + random.nextLong(customers));
        insertOrder.setString(3, anyStatus());
        insertOrder.setBigDecimal(4, amount(50_000_000));
        insertOrder.setDate(5, Date.valueOf(day));
        insertOrder.setString(6, "3-MEDIUM");
        insertOrder.setString(7, "Clerk#000000" + (100 + random.nextInt(900)));
        insertOrder.setString(8, "written while the pipeline runs");
        long rows = insertOrder.executeUpdate();
        for (int line = 1; line <= lines; line++) {
            insertLine.setLong(1, key);
            insertLine.setLong(2, 1 + random.nextLong(1000));
            insertLine.setLong(3, 1 + random.nextLong(100));
            insertLine.setInt(4, line);
            insertLine.setBigDecimal(5, amount(5000));
            insertLine.setBigDecimal(6, amount(10_000_000));
            insertLine.setBigDecimal(7, amount(10));
            insertLine.setBigDecimal(8, amount(8));
            insertLine.setDate(9, Date.valueOf(day.plusDays(10)));
            insertLine.setDate(10, Date.valueOf(day.plusDays(20)));
            insertLine.setDate(11, Date.valueOf(day.plusDays(30)));
            insertLine.setString(12, "line " + line + " of " + lines);
            insertLine.addBatch();
        }
        rows += insertLine.executeBatch().length;
        orders.add(key);
        return rows;
    }

    private long changeStatus(long key) throws SQLException {
        String status = anyStatus();
        setStatus.setString(1, status);
        setStatus.setLong(2, key);
        setLineStatus.setString(1, status.equals("F") ? "F" : "O");
        setLineStatus.setLong(2, key);
        return setStatus.executeUpdate() + setLineStatus.executeUpdate();
    }

    private long changePrice(long key) throws SQLException {
        BigDecimal difference = amount(10_000);
        setPrice.setBigDecimal(1, difference);
        setPrice.setBigDecimal(2, amount(10));
        setPrice.setLong(3, key);
        setTotal.setBigDecimal(1, difference);
        setTotal.setString(2, "price changed by " + difference);
        setTotal.setLong(3, key);
        setBalance.setBigDecimal(1, difference);
        setBalance.setLong(2, 1 + random.nextLong(customers));
        return setPrice.executeUpdate() + setTotal.executeUpdate() + setBalance.executeUpdate();
    }

    private long changeKey() throws SQLException {
        long to = takeKey();
        int index = random.nextInt(orders.size());
        long from = orders.set(index, to);
        moveOrder.setLong(1, to);
        moveOrder.setLong(2, from);
        moveLines.setLong(1, to);
        moveLines.setLong(2, from);
        return moveOrder.executeUpdate() + moveLines.executeUpdate();
    }

    private long delete() throws SQLException {
        int index = random.nextInt(orders.size());
        long last = orders.remove(orders.size() - 1);
        long key = index == orders.size() ? last : orders.set(index, last);
        deleteLines.setLong(1, key);
        deleteOrder.setLong(1, key);
        return deleteLines.executeUpdate() + deleteOrder.executeUpdate();
    }

    private long takeKey() {
        long key = nextKey;
        nextKey += clients;
        return key;
    }

    private long anyOrder() {
        return orders.get(random.nextInt(orders.size()));
    }

    private String anyStatus() {
        return STATUSES[random.nextInt(STATUSES.length)];
    }

    private BigDecimal amount(int cents) {
        return BigDecimal.valueOf(1 + random.nextInt(cents), 2);
    }

    private void loadOrders(int client) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT o_orderkey FROM orders WHERE o_orderkey % " + clients
                        + " = " + client + " ORDER BY o_orderkey % 997, o_orderkey LIMIT " + KNOWN_ORDERS)) {
            while (rows.next()) {
                orders.add(rows.getLong(1));
            }
        }
    }

    private long queryLong(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
