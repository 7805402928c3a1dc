import { Logger } from "@aws-lambda-powertools/logger";

import { readConfig } from "./config.ts";

const LEVELS = {
  debug: "DEBUG",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
} as const;

/** The one JSON logger of a function; never given payloads or secrets. */
export function createLogger(functionName: string): Logger {
  return new Logger({
    serviceName: functionName,
    logLevel: LEVELS[readConfig().STREAMING_LOG_LEVEL],
  });
}
