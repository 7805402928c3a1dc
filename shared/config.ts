import { z } from "zod";

import { parseDuration } from "./domain/duration.ts";
import { parseShare } from "./domain/share.ts";
import { PipelineError } from "./errors.ts";

/** Everything under this prefix is ours, so a name that is not known is a mistake. */
const PREFIX = "STREAMING_";

const duration = z.string().transform((text, context): number => {
  const milliseconds = parseDuration(text) ?? 0;
  if (milliseconds > 0) return milliseconds;
  context.addIssue({
    code: "custom",
    message: `is "${text}"; expected a duration above zero such as 30s, 10m or 1h`,
  });
  return z.NEVER;
});
/** What is kept must outlast the windows, late plays and redrives that need it. */
const SHORTEST_RETENTION_MS = 24 * 60 * 60_000;
const retention = duration
  .refine((milliseconds) => milliseconds >= SHORTEST_RETENTION_MS, {
    error: "is too short; expected at least 1d, or nothing to keep for ever",
  })
  .optional();
const share = z.string().transform((text, context): number => {
  const parsed = parseShare(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: "custom",
    message: `is "${text}"; expected a share such as 1% or 0.01, at most 100%`,
  });
  return z.NEVER;
});
const port = z.coerce.number("expected a port number").int().min(1).max(65_535);
/** 0 is none. */
const optionalPort = z.coerce
  .number("expected a port number, or 0 for none")
  .int()
  .min(0)
  .max(65_535);
const databaseUrl = z.string().transform((text, context): string => {
  // The text itself is not shown: it may hold a password.
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return text;
  context.addIssue({
    code: "custom",
    message:
      "is not an address of Postgres; expected postgresql://user:password@host:5432/database",
  });
  return z.NEVER;
});
const collectorUrl = z.string().transform((text, context): string => {
  // The text itself is not shown: it may hold a password.
  if (/^https?:\/\//.test(text) && URL.canParse(text)) return text;
  context.addIssue({
    code: "custom",
    message:
      "is no address of a collector; expected http://host:4318 or https://host",
  });
  return z.NEVER;
});
const bootstrapServers = z.string().transform((text, context): string[] => {
  const servers = text.split(",").map((server) => server.trim());
  if (servers.every((server) => /^[^\s:/]+:\d{1,5}$/.test(server)))
    return servers;
  context.addIssue({
    code: "custom",
    message: `is "${text}"; expected host:port, several separated by commas`,
  });
  return z.NEVER;
});

/** Every setting: its form, its unit once read, its default. Durations become milliseconds. */
const SETTINGS = {
  KAFKA_BOOTSTRAP_SERVERS: bootstrapServers.optional(),
  KAFKA_BOOTSTRAP_SERVERS_INTERNAL: bootstrapServers.default(["broker:29092"]),
  KAFKA_BOOTSTRAP_SERVERS_EXTERNAL: bootstrapServers.optional(),
  KAFKA_HOST: z.string().default("localhost"),
  KAFKA_PORT: port.default(9092),
  POSTGRES_PORT: port.default(5432),
  LOCALSTACK_PORT: port.default(4566),
  METRICS_PORT: optionalPort.default(9464),
  DASHBOARD_PORT: optionalPort.default(8090),
  SUPERSET_PORT: port.default(8088),
  LOCALSTACK_ENDPOINT: z
    .url("is no address; expected http://host:port")
    .optional(),
  LOCALSTACK_HOME: z.string().optional(),
  LOCALSTACK_EXECUTOR: z.enum(["process", "docker"]).default("process"),
  DATABASE_URL: databaseUrl.optional(),
  INGEST_DATABASE_URL: databaseUrl.optional(),
  CLOSER_DATABASE_URL: databaseUrl.optional(),
  READER_DATABASE_URL: databaseUrl.optional(),
  STREAMING_WINDOW_SIZE: duration.default(5 * 60_000),
  STREAMING_HOURLY_WINDOW_SIZE: duration.default(60 * 60_000),
  STREAMING_ALLOWED_LATENESS: duration.default(10 * 60_000),
  STREAMING_IDLE_TIMEOUT: duration.default(30_000),
  STREAMING_REVISION_INTERVAL: duration.default(30_000),
  STREAMING_REDRIVE_ATTEMPTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(5),
  STREAMING_REDRIVE_BACKOFF: duration.default(60_000),
  STREAMING_REDRIVE_TIMEOUT: duration.default(10 * 60_000),
  STREAMING_RETENTION_FACTS: retention,
  STREAMING_RETENTION_LEDGER: retention,
  STREAMING_RETENTION_DEAD_LETTERS: retention,
  STREAMING_RETENTION_REVISIONS: retention,
  STREAMING_TRANSACTION_TIMEOUT: duration.default(50_000),
  STREAMING_PARTIAL_RESPONSES: z.enum(["on", "off"]).default("off"),
  STREAMING_CONSUMER_GROUP: z.string().min(1).default("aggregate-micro-batch"),
  STREAMING_ENVIRONMENTS: z.coerce
    .number("expected a whole number from 1 to 64")
    .int()
    .min(1)
    .max(64)
    .default(1),
  STREAMING_PLAYS_PER_SECOND: z.coerce
    .number()
    .positive()
    .max(100_000)
    .default(20),
  STREAMING_SEED: z.coerce
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1)
    .default(1),
  STREAMING_METRICS_NAMESPACE: z
    .string()
    .regex(
      /^(?!AWS\/)[\w.\-/#: ]{1,255}$/,
      "is no namespace of CloudWatch; expected up to 255 letters, digits and . - _ / # : that do not begin with AWS/",
    )
    .optional(),
  STREAMING_TRACES_ENDPOINT: collectorUrl.optional(),
  STREAMING_TRACES_SAMPLED: share.default(0.01),
  STREAMING_LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"])
    .default("info"),
} as const;

/** The names of all settings. */
export const SETTING_NAMES: readonly string[] = Object.keys(SETTINGS);

type Settings = {
  [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]>;
};
export type SettingName = keyof Settings;
/** The settings; those named as required are certain to be there. */
export type Config<Required extends SettingName = never> = {
  readonly [Name in SettingName]: Name extends Required
    ? NonNullable<Settings[Name]>
    : Settings[Name];
};

/**
 * Reads the settings from the environment. An empty value counts as absent.
 *
 * @throws PipelineError `invalid_settings` naming every wrong, missing and unknown setting in one message
 */
export function readConfig<Required extends SettingName = never>(
  required: readonly Required[] = [],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config<Required> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(
      ([, value]) => value !== undefined && value !== "",
    ),
  );
  const result = z.object(SETTINGS).safeParse(given);
  const faults = (result.error?.issues ?? []).map(
    (issue) => `${String(issue.path[0])}: ${issue.message}`,
  );
  for (const name of Object.keys(given)) {
    if (name.startsWith(PREFIX) && !Object.hasOwn(SETTINGS, name)) {
      faults.push(
        `${name}: is not a setting; known are ${knownSettings().join(", ")}`,
      );
    }
  }
  for (const name of required) {
    if (given[name] === undefined) faults.push(`${name}: is missing`);
  }
  if (!result.success || faults.length > 0) {
    throw new PipelineError(
      `The settings are not usable:\n${faults.map((fault) => `  ${fault}`).join("\n")}\nMend them in the environment and start again.`,
      { code: "invalid_settings", domain: "user" },
    );
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that the required ones are there is checked above
  return result.data as Config<Required>;
}

/** The names under our own prefix. */
function knownSettings(): string[] {
  return SETTING_NAMES.filter((name) => name.startsWith(PREFIX));
}
