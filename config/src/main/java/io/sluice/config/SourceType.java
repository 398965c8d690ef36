package io.sluice.config;

/** The databases that a pipeline can read from. */
public enum SourceType {
    /** PostgreSQL. */
    POSTGRES(5432),
    /** MySQL. */
    MYSQL(3306),
    /** MariaDB. */
    MARIADB(3306);

    private final int defaultPort;

    SourceType(int defaultPort) {
        this.defaultPort = defaultPort;
    }

    /** The port that a server listens on unless told otherwise. */
    public int defaultPort() {
        return defaultPort;
    }
}
