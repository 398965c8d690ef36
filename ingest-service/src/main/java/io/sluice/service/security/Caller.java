package io.sluice.service.security;

/**
 * Somebody who is known.
 *
 * @param name for the audit log
 * @param role what they may do
 */
public record Caller(String name, Role role) {}
