package io.sluice.config;

/**
 * Where rows are noted that have no place in the lake, so that their tables go on without them.
 *
 * @param table the lake table with the notes
 * @param limit more such rows at a time in one table stop that table, 1 to 100,000
 */
public record DeadLetterConfig(TableName table, int limit) {}
