import { CHOICES } from "./choices.ts";
import type { Choices } from "./choices.ts";
import type {
  EventSourceMappingConfiguration,
  OnFailureTarget,
  StartingPosition,
} from "./configuration.ts";
import { EventSourceMappingError, invalidParameter } from "./errors.ts";
import { parseEventSource } from "./parse-event-source.ts";
import {
  readBoolean,
  readInteger,
  readList,
  readObject,
  readOptionalObject,
  readText,
} from "./parameter-readers.ts";
import type { Properties } from "./parameter-readers.ts";
import { parseFilterCriteria } from "./parse-filter-criteria.ts";
import { parseDestination } from "./parse-destination.ts";
import { refuseOutOfScope } from "./refuse-out-of-scope.ts";

const PARAMETERS = [
  "FunctionName",
  "EventSourceArn",
  "SelfManagedEventSource",
  "Topics",
  "SourceAccessConfigurations",
  "StartingPosition",
  "StartingPositionTimestamp",
  "BatchSize",
  "MaximumBatchingWindowInSeconds",
  "Enabled",
  "FilterCriteria",
  "DestinationConfig",
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "BisectBatchOnFunctionError",
  "FunctionResponseTypes",
  "ProvisionedPollerConfig",
  "SelfManagedKafkaEventSourceConfig",
  "AmazonManagedKafkaEventSourceConfig",
];
const FUNCTION_NAME =
  /^(arn:[\w-]+:lambda:[\w-]+:\d{12}:function:)?[\w-]{1,140}(:(\$LATEST|[\w-]+))?$/;
const TOPIC_NAME = /^[\w.-]{1,249}$/;
// The region and account that LocalStack and the AWS command line's examples use.
const LOCAL_FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:";

/**
 * Checks a declaration in the words of `CreateEventSourceMapping` (event-source-mapping.md, 1 to 4);
 * throws `InvalidParameterValueException` naming the property, what was found and what was expected.
 */
export function parseEventSourceMapping(
  parameters: unknown,
  {
    nowMs = Date.now(),
    maximumFilters = CHOICES.maximumFilters,
  }: {
    readonly nowMs?: number;
    readonly maximumFilters?: Choices["maximumFilters"];
  } = {},
): EventSourceMappingConfiguration {
  refuseOutOfScope(parameters);
  const given = readObject("EventSourceMapping", parameters, PARAMETERS);
  const functionName = readText(
    "FunctionName",
    given["FunctionName"],
    FUNCTION_NAME,
    "a function's name or ARN",
  );
  const [topicName] = readList("Topics", given["Topics"], {
    minimum: 1,
    maximum: 1,
  });
  const topic = readText("Topics[0]", topicName, TOPIC_NAME, "a topic name");
  const pollers = parsePollers(given["ProvisionedPollerConfig"]);
  const windowSeconds = readInteger(
    "MaximumBatchingWindowInSeconds",
    given["MaximumBatchingWindowInSeconds"],
    { minimum: 0, maximum: 300 },
    null,
  );
  const mapping = {
    functionName: functionName.startsWith("arn:")
      ? (functionName.split(":")[6] ?? functionName)
      : functionName,
    functionArn: functionName.startsWith("arn:")
      ? functionName
      : LOCAL_FUNCTION_ARN + functionName,
    ...parseEventSource(given),
    topic,
    startingPosition: parseStartingPosition(given, nowMs),
    batchSize: readInteger(
      "BatchSize",
      given["BatchSize"],
      { minimum: 1, maximum: 10_000 },
      100,
    ),
    batchingWindowMs: windowSeconds === null ? null : windowSeconds * 1000,
    enabled: readBoolean("Enabled", given["Enabled"], true),
    filterPatterns: parseFilterCriteria(
      given["FilterCriteria"],
      maximumFilters,
    ),
    onFailure: parseDestination(given["DestinationConfig"], topic),
    maximumRetryAttempts: readInteger(
      "MaximumRetryAttempts",
      given["MaximumRetryAttempts"],
      { minimum: -1, maximum: 10_000 },
      -1,
    ),
    maximumRecordAgeMs: parseRecordAge(given["MaximumRecordAgeInSeconds"]),
    bisectBatchOnFunctionError: readBoolean(
      "BisectBatchOnFunctionError",
      given["BisectBatchOnFunctionError"],
      false,
    ),
    reportBatchItemFailures: parseResponseTypes(given["FunctionResponseTypes"]),
    pollers,
  };
  if (pollers === null) refuseProvisionedOnly(given, mapping.onFailure);
  return mapping;
}

function parseStartingPosition(
  given: Properties,
  nowMs: number,
): StartingPosition {
  const kind = given["StartingPosition"] ?? "TRIM_HORIZON";
  const timestampSeconds = given["StartingPositionTimestamp"];
  if (kind !== "AT_TIMESTAMP" && timestampSeconds !== undefined) {
    throw invalidParameter(
      "StartingPositionTimestamp",
      timestampSeconds,
      "nothing unless StartingPosition is AT_TIMESTAMP",
    );
  }
  if (kind === "TRIM_HORIZON" || kind === "LATEST") return { kind };
  if (kind !== "AT_TIMESTAMP") {
    throw invalidParameter(
      "StartingPosition",
      kind,
      "TRIM_HORIZON, LATEST or AT_TIMESTAMP",
    );
  }
  if (
    typeof timestampSeconds !== "number" ||
    !(timestampSeconds >= 0 && timestampSeconds * 1000 <= nowMs)
  ) {
    throw invalidParameter(
      "StartingPositionTimestamp",
      timestampSeconds,
      "unix seconds, not in the future",
    );
  }
  return { kind, timestampMs: Math.floor(timestampSeconds * 1000) };
}

function parsePollers(
  value: unknown,
): EventSourceMappingConfiguration["pollers"] {
  const given = readOptionalObject("ProvisionedPollerConfig", value, [
    "MinimumPollers",
    "MaximumPollers",
  ]);
  if (given === null) return null;
  const name = "ProvisionedPollerConfig";
  const minimum = readInteger(
    `${name}.MinimumPollers`,
    given["MinimumPollers"],
    { minimum: 1, maximum: 200 },
    1,
  );
  const maximum = readInteger(
    `${name}.MaximumPollers`,
    given["MaximumPollers"],
    { minimum: 1, maximum: 2000 },
    200,
  );
  if (maximum < minimum)
    throw invalidParameter(
      `${name}.MaximumPollers`,
      maximum,
      `at least MinimumPollers, ${minimum}`,
    );
  return { minimum, maximum };
}

function parseRecordAge(value: unknown): number | null {
  if (value === -1) return null;
  const name = "MaximumRecordAgeInSeconds";
  const isNumber = typeof value === "number" && Number.isInteger(value);
  if (value !== undefined && !(isNumber && value >= 60 && value <= 604_800))
    throw invalidParameter(
      name,
      value,
      "-1 or a whole number from 60 to 604800",
    );
  return isNumber ? value * 1000 : null;
}

function parseResponseTypes(value: unknown): boolean {
  if (value === undefined) return false;
  const name = "FunctionResponseTypes";
  const types = readList(name, value, { minimum: 0, maximum: 1 });
  for (const type of types)
    readText(
      `${name}[0]`,
      type,
      /^ReportBatchItemFailures$/,
      "ReportBatchItemFailures",
    );
  return types.length > 0;
}

function refuseProvisionedOnly(
  given: Properties,
  onFailure: OnFailureTarget | null,
): void {
  const properties = [
    "MaximumRetryAttempts",
    "MaximumRecordAgeInSeconds",
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
  ].filter((property) => given[property] !== undefined);
  if (onFailure?.kind === "kafka")
    properties.push("DestinationConfig.OnFailure.Destination");
  if (properties.length === 0) return;
  throw new EventSourceMappingError(
    "InvalidParameterValueException",
    `${properties.join(", ")}: found without ProvisionedPollerConfig, which Kafka event sources need for it; declare ProvisionedPollerConfig.`,
  );
}
