package io.sluice.testkit.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.testkit.rest.RestCatalogServer.Fault;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.iceberg.BaseTransaction;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableCommit;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.RESTException;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestCatalogServerTest {

    private static final Schema SCHEMA = new Schema(Types.NestedField.required(1, "id", Types.LongType.get()));
    private static final TableIdentifier ONE = TableIdentifier.of("shop", "one");
    private static final TableIdentifier TWO = TableIdentifier.of("shop", "two");
    private static final String COMMIT = "POST /v1/transactions/commit";

    @TempDir
    Path directory;

    private RestCatalogServer server;
    private RESTCatalog catalog;

    @BeforeEach
    void start() {
        server = RestCatalogServer.start(directory);
        catalog = new RESTCatalog();
        catalog.setConf(new Configuration());
        catalog.initialize("test", Map.of("uri", server.uri(), "io-impl", "org.apache.iceberg.hadoop.HadoopFileIO"));
        catalog.createNamespace(Namespace.of("shop"));
        catalog.createTable(ONE, SCHEMA);
        catalog.createTable(TWO, SCHEMA);
    }

    @AfterEach
    void stop() throws Exception {
        catalog.close();
        server.close();
    }

    @Test
    void namespaces_and_tables_are_kept() {
        assertThat(catalog.listNamespaces()).containsExactly(Namespace.of("shop"));
        assertThat(catalog.namespaceExists(Namespace.of("shop"))).isTrue();
        assertThat(catalog.namespaceExists(Namespace.of("other"))).isFalse();
        assertThat(catalog.listTables(Namespace.of("shop"))).containsExactlyInAnyOrder(ONE, TWO);
        assertThat(catalog.tableExists(ONE)).isTrue();
        assertThat(catalog.dropTable(TWO)).isTrue();
        assertThatThrownBy(() -> catalog.loadTable(TWO)).isInstanceOf(NoSuchTableException.class);
        catalog.renameTable(ONE, TWO);
        assertThat(catalog.loadTable(TWO).schema().sameSchema(SCHEMA)).isTrue();
    }

    @Test
    void a_commit_over_two_tables_is_seen_in_both() {
        commitMark(catalog.loadTable(ONE), catalog.loadTable(TWO), "1");

        assertThat(mark(ONE)).isEqualTo("1");
        assertThat(mark(TWO)).isEqualTo("1");
        assertThat(server.requests()).contains(COMMIT);
    }

    @Test
    void a_commit_over_two_tables_of_which_one_was_changed_is_seen_in_none() {
        Table one = catalog.loadTable(ONE);
        Table two = catalog.loadTable(TWO);
        TableCommit first = commit(one, "1");
        TableCommit second = schemaCommit(two);
        catalog.loadTable(TWO)
                .updateSchema()
                .addColumn("other", Types.StringType.get())
                .commit();

        assertThatThrownBy(() -> catalog.commitTransaction(List.of(first, second)))
                .isInstanceOf(CommitFailedException.class);

        assertThat(mark(ONE)).isEqualTo("none");
    }

    @Test
    void a_planned_fault_strikes_once() {
        Table one = catalog.loadTable(ONE);
        Table two = catalog.loadTable(TWO);

        server.failNext(COMMIT, Fault.CONFLICT);
        assertThatThrownBy(() -> commitMark(one, two, "1")).isInstanceOf(CommitFailedException.class);
        assertThat(mark(ONE)).isEqualTo("none");

        server.failNext(COMMIT, Fault.TIMEOUT_AFTER_EFFECT);
        assertThatThrownBy(() -> commitMark(one, two, "2")).isInstanceOf(CommitStateUnknownException.class);
        assertThat(mark(ONE)).isEqualTo("2");
        assertThat(mark(TWO)).isEqualTo("2");

        commitMark(catalog.loadTable(ONE), catalog.loadTable(TWO), "3");
        assertThat(mark(TWO)).isEqualTo("3");
    }

    @Test
    void a_lost_response_of_a_table_commit_leaves_the_effect() {
        Table one = catalog.loadTable(ONE);
        server.failNext("POST /v1/namespaces/shop/tables/one", Fault.LOST_RESPONSE);

        assertThatThrownBy(() -> one.updateProperties().set("mark", "9").commit())
                .isInstanceOf(RESTException.class)
                .isNotInstanceOf(CommitFailedException.class);

        assertThat(mark(ONE)).isEqualTo("9");
    }

    private void commitMark(Table one, Table two, String mark) {
        catalog.commitTransaction(List.of(commit(one, mark), commit(two, mark)));
    }

    private static TableCommit commit(Table table, String mark) {
        Transaction transaction = table.newTransaction();
        transaction.updateProperties().set("mark", mark).commit();
        return tableCommit(table, transaction);
    }

    private static TableCommit schemaCommit(Table table) {
        Transaction transaction = table.newTransaction();
        transaction.updateSchema().addColumn("more", Types.StringType.get()).commit();
        return tableCommit(table, transaction);
    }

    private static TableCommit tableCommit(Table table, Transaction transaction) {
        return TableCommit.create(
                TableIdentifier.of("shop", table.name().substring(table.name().lastIndexOf('.') + 1)),
                ((HasTableOperations) table).operations().current(),
                ((BaseTransaction) transaction).currentMetadata());
    }

    private String mark(TableIdentifier table) {
        return catalog.loadTable(table).properties().getOrDefault("mark", "none");
    }
}
