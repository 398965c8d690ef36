package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Every key of the pipeline YAML, told once: the reader's checks, the defaults and the JSON Schema all come from here.
 * A new key is a constant here, its place in its section's list, and a record component in the assembler.
 */
final class Vocabulary {

    private static final String PIPELINE_NAME = "^(?=.{1,36}$)[a-z0-9]+([-_][a-z0-9]+)*$";
    private static final String POSTGRES_NAME = "^[a-z_][a-z0-9_]{0,62}$";
    private static final String DOTTED = "^[^.\\s]+(\\.[^.\\s]+)*$";

    // ---- pipeline

    static final Key<String> NAME = Key.required(
                    "name",
                    Texts.like(
                            "a name of lower-case letters and digits in groups joined by single - or _, at most 36 characters",
                            PIPELINE_NAME),
                    "The pipeline's name. It marks the tables in the lake and names the replication slot, so it must "
                            + "not change later: lower-case letters and digits in groups joined by single - or _, at "
                            + "most 36 characters.")
            .example("shop");
    static final Key<Duration> COMMIT_INTERVAL = Key.withDefault(
                    "commit-interval",
                    Texts.duration("100ms", "1h"),
                    "10s",
                    "How long changes are collected before they are published as a cut. Range: 100ms to 1h.")
            .example("30s");
    static final Key<Duration> TAG_INTERVAL = Key.optional(
                    "tag-interval",
                    Texts.duration("1s", "365d"),
                    "How often a cut is tagged: one in this time gets the Iceberg tag cut-<number> in every table, so "
                            + "that FOR VERSION AS OF 'cut-<number>' reads all tables at one position of the source. "
                            + "Tagged snapshots are kept until their tags are dropped. Default: none is tagged, other "
                            + "than by request. Range: 1s to 365d.")
            .example("1h");
    static final Key<Long> COMMIT_MAX_ROWS = Key.withDefault(
                    "commit-max-rows",
                    new WholeType(1, Long.MAX_VALUE),
                    "1000000",
                    "How many changes end a cut before its interval is over, at the next end of a transaction.")
            .example("250000");
    static final Key<DataSize> COMMIT_MAX_BYTES = Key.withDefault(
                    "commit-max-bytes",
                    Texts.size("1MB"),
                    "256MB",
                    "How many bytes of changes end a cut before its interval is over, at the next end of a "
                            + "transaction. MB is 10^6 bytes, MiB is 2^20. Range: 1MB or more.")
            .example("1GiB");
    static final Key<Long> SNAPSHOT_PARALLELISM = Key.withDefault(
                    "snapshot-parallelism",
                    new WholeType(1, 64),
                    "4",
                    "How many chunks of tables a snapshot reads at once, each over a connection of its own. Range: 1 "
                            + "to 64.")
            .example("8");
    static final Key<DataSize> SNAPSHOT_CHUNK_SIZE = Key.withDefault(
                    "snapshot-chunk-size",
                    Texts.size("1MiB"),
                    "128MiB",
                    "How much of a table, on the source's disk, one reader reads before it is durable in the lake: what a "
                            + "crash costs each reader, and what a data file of the first load comes from. MB is 10^6 "
                            + "bytes, MiB is 2^20. Range: 1MiB or more.")
            .example("512MiB");
    static final Key<Duration> DRAIN_AFTER = Key.withDefault(
                    "drain-after",
                    Texts.duration("0s", "365d"),
                    "1m",
                    "How long tables may be loaded before the changes that come meanwhile are put into the lake to wait "
                            + "there for the end of the load, so that the source need not keep its log. Range: 0s to "
                            + "365d.")
            .example("10m");
    static final Key<DataSize> BUFFER_MEMORY = Key.withDefault(
                    "buffer-memory",
                    Texts.size("16MB"),
                    "256MB",
                    "How much memory rows on their way from the source to files may take; what is larger goes through "
                            + "files. MB is 10^6 bytes, MiB is 2^20. Range: 16MB or more.")
            .example("512MiB");
    static final Key<Path> STATE_DIRECTORY = Key.optional(
                    "state-directory",
                    Texts.path(),
                    "Where local caches are kept; all of it can be rebuilt from the lake. Default: .sluice/<name> in "
                            + "the working directory.")
            .example("/var/lib/sluice/shop");

    static final Key<String> DEAD_LETTERS = Key.optional(
                    "dead-letters",
                    Texts.like("a table such as dead_letters or shop.dead_letters", DOTTED),
                    "The lake table that notes rows which cannot be read or transformed without loss, so that their tables "
                            + "go on without them; a name without a namespace is put into the sink's. Default: such a row "
                            + "stops its table.")
            .example("shop.dead_letters");
    static final Key<Long> DEAD_LETTER_LIMIT = Key.withDefault(
                    "dead-letter-limit",
                    new WholeType(1, 100_000),
                    "1000",
                    "How many rows of one table may be set aside at a time; one more stops the table. Range: 1 to 100000.")
            .example("50");

    // ---- source

    static final Key<SourceType> SOURCE_TYPE = Key.required(
                    "type", Texts.oneOf(SourceType.class), "The kind of database.")
            .example("mariadb");
    static final Key<String> HOSTNAME = Key.required(
                    "hostname",
                    Texts.like(
                            "a host's name or address without a port",
                            "^([^\\s/:]+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$"),
                    "The database server's name or address.")
            .example("db.example.com");
    static final Key<Long> PORT = Key.optional(
                    "port",
                    new WholeType(1, 65535),
                    "The database server's port. Default: 5432 for postgres, 3306 for mysql and mariadb.")
            .example("6432");
    static final Key<String> DATABASE_NAME = Key.required(
                    "database-name", Texts.any("text"), "The database to connect to.")
            .example("shop");
    static final Key<String> USERNAME = Key.required(
                    "username", Texts.any("text"), "Who connects; on postgres a role with LOGIN and REPLICATION.")
            .example("sluice");
    static final Key<Secret> PASSWORD = Key.optional(
                    "password",
                    Texts.secret("text"),
                    "The user's password; best written as ${ENV} or ${file:/path}. Leave it out where the server asks "
                            + "for none.")
            .example("${SHOP_PASSWORD}");
    static final Key<List<TablePattern>> TABLES = Key.required(
                    "tables",
                    new TextListType<>(Texts.table()),
                    "The tables to read: patterns <schema>.<table> with commas between them, or a list. Each part is a "
                            + "regular expression that must match the whole name.")
            .example("public.orders, public.order_.*");
    static final Key<List<TablePattern>> TABLES_EXCLUDE = Key.optional(
                    "tables-exclude",
                    new TextListType<>(Texts.table()),
                    "Tables to leave out although 'tables' selects them; written the same way.")
            .example("public.order_.*_old");
    static final Key<String> SLOT_NAME = Key.optional(
                    "slot-name",
                    Texts.like(
                            "a name of at most 63 lower-case letters, digits and _ that begins with no digit",
                            POSTGRES_NAME),
                    "The replication slot; postgres only. Default: sluice_<name>, with __ for each - of the name.")
            .example("shop_slot");
    static final Key<String> PUBLICATION_NAME = Key.optional(
                    "publication-name",
                    Texts.like(
                            "a name of at most 63 lower-case letters, digits and _ that begins with no digit",
                            POSTGRES_NAME),
                    "The publication; postgres only. Default: sluice_<name>, with __ for each - of the name.")
            .example("shop_publication");
    static final Key<OnLostSlot> ON_LOST_SLOT = Key.withDefault(
                    "on-lost-slot",
                    Texts.oneOf(OnLostSlot.class),
                    "resnapshot",
                    "When the server has dropped or invalidated the replication slot, so that changes are lost: "
                            + "'resnapshot' loads every table anew, and readers see the old content until then; "
                            + "'fail' stops with a message.")
            .example("fail");
    static final Key<SslMode> SSL_MODE = Key.withDefault(
                    "ssl-mode",
                    Texts.oneOf(SslMode.class),
                    "prefer",
                    "How the connection is encrypted, in PostgreSQL's words. Only verify-full is safe against a false "
                            + "server.")
            .example("verify-full");
    static final Key<Path> SSL_ROOT_CERT = Key.optional(
                    "ssl-root-cert",
                    Texts.path(),
                    "A PEM file with the authorities that may sign the server's certificate.")
            .example("/etc/sluice/root.crt");
    static final Key<Path> SSL_CERT = Key.optional(
                    "ssl-cert",
                    Texts.path(),
                    "A PEM file with the certificate by which the service proves itself to the server, and those between it "
                            + "and its authority. Read at every connection.")
            .example("/etc/sluice/client.crt");
    static final Key<Path> SSL_KEY = Key.optional(
                    "ssl-key",
                    Texts.path(),
                    "The key of ssl-cert, without a passphrase: PKCS #8 as PEM, or as DER in a file that ends in .der or "
                            + ".pk8. Read at every connection.")
            .example("/etc/sluice/client.key");
    static final Key<Duration> CONNECT_TIMEOUT = Key.withDefault(
                    "connect-timeout",
                    Texts.duration("1s", "10m"),
                    "30s",
                    "How long one attempt to connect may take. Range: 1s to 10m.")
            .example("5s");

    // ---- sink

    static final Key<SinkType> SINK_TYPE =
            Key.required("type", Texts.oneOf(SinkType.class), "The kind of lake: iceberg.");
    static final Key<String> NAMESPACE = Key.required(
                    "namespace",
                    Texts.like("a namespace such as shop or lake.shop", DOTTED),
                    "The namespace in the catalog that tables without a route are written to; dots nest namespaces.")
            .example("lake.shop");
    static final Key<String> CATALOG_TYPE = Key.required(
                    "type",
                    Texts.catalogType(),
                    "The Iceberg catalog: jdbc, rest, hadoop, glue, hive, nessie, or the full name of a class that "
                            + "implements one.")
            .example("nessie");
    static final Key<String> URI = Key.optional(
                    "uri",
                    Texts.any("a URI"),
                    "Where the catalog is: jdbc:sqlite:warehouse/catalog.db, https://host/catalog, thrift://host:9083. "
                            + "Needed for jdbc, rest, hive and nessie.")
            .example("https://catalog.example.com/api/catalog");
    static final Key<String> WAREHOUSE = Key.optional(
                    "warehouse",
                    Texts.any("a path or URI"),
                    "Where the tables' files go: a local path, s3a://bucket/path, hdfs://…; for rest, what the catalog "
                            + "calls it. Needed for jdbc, hadoop, glue and nessie.")
            .example("s3a://lake/warehouse");
    static final Key<Map<String, Secret>> PROPERTIES = Key.optional(
                    "properties",
                    new MapType<>(Secret::of),
                    "Further properties of the Iceberg catalog and of its file system, passed on as they are; never "
                            + "shown.")
            .example("s3.region: eu-central-1");
    static final Key<Values> CATALOG = Key.required(
            "catalog",
            new SectionType(Section.of(CATALOG_TYPE, URI, WAREHOUSE, PROPERTIES)),
            "How the lake's catalog is reached.");
    static final Key<Map<String, String>> TABLE_PROPERTIES = Key.optional(
                    "table-properties",
                    new MapType<>(Function.identity()),
                    "Iceberg table properties for the tables that are created. format-version is 3 unless 2 is asked "
                            + "for here.")
            .example("format-version: 2");

    // ---- transform and route

    static final Key<List<TablePattern>> SOURCE_TABLE = Key.required(
                    "source-table",
                    new TextListType<>(Texts.table()),
                    "The tables that this entry is for, written as under 'tables'. The first entry that matches a table "
                            + "is the one that counts.")
            .example("public.customers");
    static final Key<String> PROJECTION = Key.withDefault(
                    "projection",
                    Texts.any("a SQL select list"),
                    "*",
                    "The columns of the lake's table: a SQL select list over the source's columns.")
            .example("*, amount * 100 AS cents");
    static final Key<String> FILTER = Key.optional(
                    "filter",
                    Texts.any("a SQL condition"),
                    "A SQL condition over the source's columns. A row is in the lake while it is true, and leaves it "
                            + "when an update makes it false or null.")
            .example("status <> 'draft'");
    static final Key<List<String>> PARTITION_KEYS = Key.optional(
                    "partition-keys",
                    new TextListType<>(Texts.partitionKey()),
                    "Iceberg partition transforms with commas between them, or a list: a column, year, month, day or "
                            + "hour (column), bucket or truncate (number, column).")
            .example("day(created_at), bucket(16, id)");
    static final Key<String> DESCRIPTION = Key.optional(
                    "description", Texts.any("text"), "A note for readers of this file.")
            .example("Paid orders");
    static final Key<String> SINK_TABLE = Key.required(
                    "sink-table",
                    Texts.like("a table such as shop.orders", DOTTED),
                    "The table in the lake, <namespace>.<table>; without a namespace, in the sink's. The replace-symbol "
                            + "in it stands for the source table's own name.")
            .example("archive.<>");
    static final Key<String> REPLACE_SYMBOL = Key.withDefault(
                    "replace-symbol",
                    Texts.like("a symbol without dots and white space", "^[^.\\s]+$"),
                    "<>",
                    "What stands for the source table's own name in 'sink-table'.")
            .example("@");

    // ---- the document

    static final Key<Values> PIPELINE = Key.required(
            "pipeline",
            new SectionType(Section.of(
                    NAME,
                    COMMIT_INTERVAL,
                    TAG_INTERVAL,
                    COMMIT_MAX_ROWS,
                    COMMIT_MAX_BYTES,
                    SNAPSHOT_PARALLELISM,
                    SNAPSHOT_CHUNK_SIZE,
                    DRAIN_AFTER,
                    BUFFER_MEMORY,
                    STATE_DIRECTORY,
                    DEAD_LETTERS,
                    DEAD_LETTER_LIMIT)),
            "The pipeline as a whole.");
    static final Key<Values> SOURCE = Key.required(
            "source",
            new SectionType(Section.of(
                    SOURCE_TYPE,
                    HOSTNAME,
                    PORT,
                    DATABASE_NAME,
                    USERNAME,
                    PASSWORD,
                    TABLES,
                    TABLES_EXCLUDE,
                    SLOT_NAME,
                    PUBLICATION_NAME,
                    ON_LOST_SLOT,
                    SSL_MODE,
                    SSL_ROOT_CERT,
                    SSL_CERT,
                    SSL_KEY,
                    CONNECT_TIMEOUT)),
            "The database to read from.");
    static final Key<Values> SINK = Key.required(
            "sink",
            new SectionType(Section.of(SINK_TYPE, NAMESPACE, CATALOG, TABLE_PROPERTIES)),
            "The lake to write to.");
    static final Key<List<Values>> TRANSFORM = Key.optional(
            "transform",
            new SectionListType(
                    new SectionType(Section.of(SOURCE_TABLE, PROJECTION, FILTER, PARTITION_KEYS, DESCRIPTION))),
            "What is done to the rows of some tables. Tables without an entry are taken as they are.");
    static final Key<List<Values>> ROUTE = Key.optional(
            "route",
            new SectionListType(new SectionType(Section.of(SOURCE_TABLE, SINK_TABLE, REPLACE_SYMBOL, DESCRIPTION))),
            "Where in the lake some tables go. Tables without an entry keep their name, in the sink's namespace.");

    static final SectionType DOCUMENT = new SectionType(Section.of(PIPELINE, SOURCE, SINK, TRANSFORM, ROUTE));

    private Vocabulary() {}

    /** The kinds of lake; only one so far. */
    enum SinkType {
        ICEBERG
    }

    /** The paths of the sections that have a key of this name. */
    static List<String> sectionsWith(String name) {
        List<String> found = new ArrayList<>();
        collect("", DOCUMENT.section(), name, found);
        return found;
    }

    private static void collect(String path, Section section, String name, List<String> found) {
        if (!path.isEmpty() && section.find(name).isPresent()) {
            found.add(path);
        }
        for (Key<?> key : section.keys()) {
            String below = path.isEmpty() ? key.name() : path + "." + key.name();
            if (key.type() instanceof SectionType type) {
                collect(below, type.section(), name, found);
            } else if (key.type() instanceof SectionListType list) {
                collect(below, list.element().section(), name, found);
            }
        }
    }
}
