import type { logCreator } from "kafkajs";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Where the mapping writes what happens to it; `fields` never hold a record's key or value. */
export type MappingLog = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/**
 * Sends the Kafka client's own log through `log`, as `debug`: while a broker is away it writes two errors for each
 * attempt of each connection, and what comes of them the mapping reports itself.
 */
export function kafkaLogCreator(log: MappingLog): logCreator {
  return () =>
    ({
      namespace,
      label,
      log: { message, timestamp: _timestamp, logger: _logger, ...fields },
    }) =>
      log(
        "debug",
        `Kafka client ${label}${namespace === "" ? "" : ` (${namespace})`}: ${message}`,
        fields,
      );
}
