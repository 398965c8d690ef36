package io.sluice.testkit.rest;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NamespaceNotEmptyException;
import org.apache.iceberg.exceptions.NoSuchNamespaceException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.CatalogHandlers;
import org.apache.iceberg.rest.Endpoint;
import org.apache.iceberg.rest.RESTCatalogProperties.SnapshotMode;
import org.apache.iceberg.rest.RESTUtil;
import org.apache.iceberg.rest.requests.CommitTransactionRequest;
import org.apache.iceberg.rest.requests.CreateNamespaceRequest;
import org.apache.iceberg.rest.requests.CreateTableRequest;
import org.apache.iceberg.rest.requests.RegisterTableRequest;
import org.apache.iceberg.rest.requests.RenameTableRequest;
import org.apache.iceberg.rest.requests.UpdateNamespacePropertiesRequest;
import org.apache.iceberg.rest.requests.UpdateTableRequest;
import org.apache.iceberg.rest.responses.ConfigResponse;

/** What the REST protocol's paths do to a catalog. Not thread-safe. */
final class CatalogRoutes {

    private static final String SEPARATOR = "%1F";
    private static final List<Endpoint> ENDPOINTS = List.of(
            Endpoint.V1_LIST_NAMESPACES,
            Endpoint.V1_LOAD_NAMESPACE,
            Endpoint.V1_NAMESPACE_EXISTS,
            Endpoint.V1_CREATE_NAMESPACE,
            Endpoint.V1_UPDATE_NAMESPACE,
            Endpoint.V1_DELETE_NAMESPACE,
            Endpoint.V1_COMMIT_TRANSACTION,
            Endpoint.V1_LIST_TABLES,
            Endpoint.V1_LOAD_TABLE,
            Endpoint.V1_TABLE_EXISTS,
            Endpoint.V1_CREATE_TABLE,
            Endpoint.V1_UPDATE_TABLE,
            Endpoint.V1_DELETE_TABLE,
            Endpoint.V1_RENAME_TABLE,
            Endpoint.V1_REGISTER_TABLE);

    private final JdbcCatalog catalog;
    private final ObjectMapper mapper;

    CatalogRoutes(JdbcCatalog catalog, ObjectMapper mapper) {
        this.catalog = catalog;
        this.mapper = mapper;
    }

    /**
     * Serves a request.
     *
     * @return what to answer; empty for an answer without a body
     */
    Optional<Object> call(String method, String path, String query, byte[] body) throws IOException {
        String[] parts = path.substring(1).split("/");
        if (!parts[0].equals("v1") || parts.length < 2) {
            throw new NotFoundException("No such path: %s", path);
        }
        return switch (parts[1]) {
            case "config" ->
                Optional.of(ConfigResponse.builder().withEndpoints(ENDPOINTS).build());
            case "namespaces" ->
                parts.length <= 4 && !hasTables(parts)
                        ? namespaces(method, parts, query, body)
                        : tables(method, parts, query, body);
            case "tables" -> {
                CatalogHandlers.renameTable(catalog, mapper.readValue(body, RenameTableRequest.class));
                yield Optional.empty();
            }
            case "transactions" -> {
                commit(mapper.readValue(body, CommitTransactionRequest.class));
                yield Optional.empty();
            }
            default -> throw new NotFoundException("No such path: %s", path);
        };
    }

    /** The status that Iceberg's client turns back into the exception. */
    static int status(RuntimeException e) {
        if (e instanceof NoSuchTableException
                || e instanceof NoSuchNamespaceException
                || e instanceof NotFoundException) {
            return 404;
        }
        if (e instanceof CommitFailedException
                || e instanceof AlreadyExistsException
                || e instanceof NamespaceNotEmptyException) {
            return 409;
        }
        if (e instanceof CommitStateUnknownException) {
            return 504;
        }
        if (e instanceof UnsupportedOperationException) {
            return 406;
        }
        return e instanceof IllegalArgumentException || e instanceof ValidationException ? 400 : 500;
    }

    private static boolean hasTables(String[] parts) {
        return parts.length == 4 && (parts[3].equals("tables") || parts[3].equals("register"));
    }

    private Optional<Object> namespaces(String method, String[] parts, String query, byte[] body) throws IOException {
        if (parts.length == 2) {
            return Optional.of(
                    method.equals("POST")
                            ? CatalogHandlers.createNamespace(
                                    catalog, mapper.readValue(body, CreateNamespaceRequest.class))
                            : CatalogHandlers.listNamespaces(catalog, parent(query)));
        }
        Namespace namespace = namespace(parts[2]);
        if (parts.length == 4) {
            return Optional.of(CatalogHandlers.updateNamespaceProperties(
                    catalog, namespace, mapper.readValue(body, UpdateNamespacePropertiesRequest.class)));
        }
        switch (method) {
            case "GET" -> {
                return Optional.of(CatalogHandlers.loadNamespace(catalog, namespace));
            }
            case "HEAD" -> CatalogHandlers.namespaceExists(catalog, namespace);
            case "DELETE" -> CatalogHandlers.dropNamespace(catalog, namespace);
            default -> throw new UnsupportedOperationException(method);
        }
        return Optional.empty();
    }

    private Optional<Object> tables(String method, String[] parts, String query, byte[] body) throws IOException {
        Namespace namespace = namespace(parts[2]);
        if (parts[3].equals("register")) {
            return Optional.of(CatalogHandlers.registerTable(
                    catalog, namespace, mapper.readValue(body, RegisterTableRequest.class)));
        }
        if (parts.length == 4) {
            if (method.equals("GET")) {
                return Optional.of(CatalogHandlers.listTables(catalog, namespace));
            }
            CreateTableRequest request = mapper.readValue(body, CreateTableRequest.class);
            return Optional.of(
                    request.stageCreate()
                            ? CatalogHandlers.stageTableCreate(catalog, namespace, request)
                            : CatalogHandlers.createTable(catalog, namespace, request));
        }
        TableIdentifier table = TableIdentifier.of(namespace, RESTUtil.decodePathSegment(parts[4]));
        switch (method) {
            case "GET" -> {
                SnapshotMode mode = query.contains("snapshots=refs") ? SnapshotMode.REFS : SnapshotMode.ALL;
                return Optional.of(CatalogHandlers.loadTable(catalog, table, mode));
            }
            case "POST" -> {
                return Optional.of(
                        CatalogHandlers.updateTable(catalog, table, mapper.readValue(body, UpdateTableRequest.class)));
            }
            case "HEAD" -> CatalogHandlers.tableExists(catalog, table);
            case "DELETE" -> {
                if (query.contains("purgeRequested=true")) {
                    CatalogHandlers.purgeTable(catalog, table);
                } else {
                    CatalogHandlers.dropTable(catalog, table);
                }
            }
            default -> throw new UnsupportedOperationException(method);
        }
        return Optional.empty();
    }

    private record Change(TableOperations operations, TableMetadata base, TableMetadata updated) {}

    /** All requirements of all tables are checked before the first table is changed, and nobody else writes. */
    private void commit(CommitTransactionRequest request) {
        request.validate();
        List<Change> changes = new ArrayList<>();
        for (UpdateTableRequest update : request.tableChanges()) {
            TableOperations operations = ((BaseTable) catalog.loadTable(update.identifier())).operations();
            TableMetadata base = operations.current();
            update.requirements().forEach(requirement -> requirement.validate(base));
            TableMetadata.Builder builder = TableMetadata.buildFrom(base);
            update.updates().forEach(change -> change.applyTo(builder));
            changes.add(new Change(operations, base, builder.build()));
        }
        for (Change change : changes) {
            if (!change.updated().changes().isEmpty()) {
                change.operations().commit(change.base(), change.updated());
            }
        }
    }

    private static Namespace parent(String query) {
        for (String parameter : query.split("&")) {
            if (parameter.startsWith("parent=")) {
                return RESTUtil.namespaceFromQueryParam(RESTUtil.decodeString(parameter.substring("parent=".length())));
            }
        }
        return Namespace.empty();
    }

    private static Namespace namespace(String part) {
        return RESTUtil.decodeNamespaceAsPathSegment(part, SEPARATOR);
    }
}
