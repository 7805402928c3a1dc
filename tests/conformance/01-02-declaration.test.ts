import { describe, expect, test } from "vitest";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import { refuseDuplicates } from "#compose/event-source-mapping/refuse-duplicates.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const SELF_MANAGED = {
  FunctionName: "aggregate",
  SelfManagedEventSource: {
    Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["b-1:9092", "b-2:9092"] },
  },
  SourceAccessConfigurations: [{ Type: "VPC_SUBNET", URI: "subnet:subnet-1" }],
  Topics: ["plays"],
};
const PROVISIONED = {
  ...SELF_MANAGED,
  ProvisionedPollerConfig: { MinimumPollers: 1 },
};
const MSK_ARN = "arn:aws:kafka:us-east-1:123456789012:cluster/plays/0d7e-1";
const MSK = {
  FunctionName: "aggregate",
  EventSourceArn: MSK_ARN,
  Topics: ["plays"],
};

const parse = (parameters: unknown) =>
  parseEventSourceMapping(parameters, { nowMs: NOW_MS });

describe("a declaration", () => {
  test("1: of the least there can be gets AWS's defaults", () => {
    expect(parse(SELF_MANAGED)).toStrictEqual({
      functionName: "aggregate",
      functionArn: "arn:aws:lambda:us-east-1:000000000000:function:aggregate",
      source: {
        kind: "SelfManagedKafka",
        bootstrapServers: ["b-1:9092", "b-2:9092"],
      },
      topic: "plays",
      sourceAccess: [{ type: "VPC_SUBNET", uri: "subnet:subnet-1" }],
      startingPosition: { kind: "TRIM_HORIZON" },
      batchSize: 100,
      batchingWindowMs: null,
      enabled: true,
      filterPatterns: [],
      onFailure: null,
      maximumRecordAgeMs: null,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      maximumRetryAttempts: -1,
      pollers: null,
      consumerGroupId: null,
    });
  });

  test("1: with everything there is, is read as it is written", () => {
    const pattern = '{"value":{"kind":["play"]}}';

    expect(
      parse({
        ...PROVISIONED,
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: NOW_MS / 1000,
        BatchSize: 10_000,
        MaximumBatchingWindowInSeconds: 300,
        Enabled: false,
        FilterCriteria: { Filters: [{ Pattern: pattern }] },
        DestinationConfig: { OnFailure: { Destination: "kafka://letters" } },
        MaximumRetryAttempts: 3,
        MaximumRecordAgeInSeconds: 60,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 4 },
        SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: "group" },
      }),
    ).toMatchObject({
      startingPosition: { kind: "AT_TIMESTAMP", timestampMs: NOW_MS },
      batchSize: 10_000,
      batchingWindowMs: 300_000,
      enabled: false,
      filterPatterns: [pattern],
      onFailure: { kind: "kafka", topic: "letters" },
      maximumRetryAttempts: 3,
      maximumRecordAgeMs: 60_000,
      bisectBatchOnFunctionError: true,
      reportBatchItemFailures: true,
      pollers: { minimum: 2, maximum: 4 },
      consumerGroupId: "group",
    });
  });

  test("14: may have ten filters where that limit is chosen", () => {
    const Filters = Array.from({ length: 10 }, () => ({ Pattern: "{}" }));
    const parameters = { ...SELF_MANAGED, FilterCriteria: { Filters } };

    expect(
      parseEventSourceMapping(parameters, { maximumFilters: 10 })
        .filterPatterns,
    ).toHaveLength(10);
  });

  test.each([
    ["StartingPosition", "TRIM_HORIZON"],
    ["StartingPosition", "LATEST"],
    ["BatchSize", 1],
    ["BatchSize", 10_000],
    ["MaximumBatchingWindowInSeconds", 0],
    ["MaximumBatchingWindowInSeconds", 300],
    ["FilterCriteria", {}],
    [
      "FilterCriteria",
      { Filters: Array.from({ length: 5 }, () => ({ Pattern: "{}" })) },
    ],
    ["MaximumRetryAttempts", -1],
    ["MaximumRetryAttempts", 10_000],
    ["MaximumRecordAgeInSeconds", -1],
    ["MaximumRecordAgeInSeconds", 60],
    ["MaximumRecordAgeInSeconds", 604_800],
    ["FunctionResponseTypes", []],
    ["ProvisionedPollerConfig", { MinimumPollers: 200, MaximumPollers: 2000 }],
    ["SelfManagedKafkaEventSourceConfig", {}],
  ])("1: may have %s %j", (property, value) => {
    expect(() => parse({ ...PROVISIONED, [property]: value })).not.toThrow();
  });

  test.each([
    ["sqs", "arn:aws:sqs:us-east-1:123456789012:letters"],
    ["sns", "arn:aws:sns:us-east-1:123456789012:letters"],
    ["s3", "arn:aws:s3:::letters.example"],
  ])("22: may name an %s destination in both modes", (kind, arn) => {
    const DestinationConfig = { OnFailure: { Destination: arn } };

    for (const mode of [SELF_MANAGED, PROVISIONED])
      expect(parse({ ...mode, DestinationConfig }).onFailure).toStrictEqual({
        kind,
        arn,
      });
  });

  test("1: of an MSK cluster needs no source access and has its own group setting", () => {
    const mapping = parse({
      ...MSK,
      AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: "group" },
    });

    expect(mapping).toMatchObject({
      source: { kind: "aws:kafka", eventSourceArn: MSK_ARN },
      consumerGroupId: "group",
    });
  });

  test("1: by a function's ARN keeps the ARN and knows the name", () => {
    const arn = "arn:aws:lambda:eu-central-1:123456789012:function:aggregate";

    expect(parse({ ...SELF_MANAGED, FunctionName: arn })).toMatchObject({
      functionName: "aggregate",
      functionArn: arn,
    });
  });

  test("4: of a batching window of 0 differs from one without a window", () => {
    expect(
      parse({ ...SELF_MANAGED, MaximumBatchingWindowInSeconds: 0 })
        .batchingWindowMs,
    ).toBe(0);
    expect(parse(SELF_MANAGED).batchingWindowMs).toBeNull();
  });
});

describe("a declaration is refused", () => {
  test.each([
    [
      "no function",
      { ...SELF_MANAGED, FunctionName: undefined },
      /^FunctionName: found nothing, expected a function's name/,
    ],
    [
      "an unknown property",
      { ...SELF_MANAGED, Tags: {} },
      /^EventSourceMapping\.Tags: found "this property"/,
    ],
    [
      "an unknown property further in",
      { ...PROVISIONED, ProvisionedPollerConfig: { Pollers: 1 } },
      /^ProvisionedPollerConfig\.Pollers/,
    ],
    [
      "no object",
      "plays",
      /^EventSourceMapping: found "plays", expected an object/,
    ],
    [
      "two sources",
      { ...SELF_MANAGED, EventSourceArn: MSK_ARN },
      /exactly one of the two/,
    ],
    [
      "no source",
      { FunctionName: "f", Topics: ["plays"] },
      /exactly one of the two/,
    ],
    [
      "another service's ARN",
      { ...MSK, EventSourceArn: "arn:aws:sqs:us-east-1:123456789012:q" },
      /^EventSourceArn/,
    ],
    [
      "two topics",
      { ...SELF_MANAGED, Topics: ["a", "b"] },
      /^Topics: .*a list of exactly 1/,
    ],
    [
      "an impossible topic",
      { ...SELF_MANAGED, Topics: ["a b"] },
      /^Topics\[0\]/,
    ],
    [
      "eleven brokers",
      {
        ...SELF_MANAGED,
        SelfManagedEventSource: {
          Endpoints: { KAFKA_BOOTSTRAP_SERVERS: Array(11).fill("b:1") },
        },
      },
      /a list of 1 to 10/,
    ],
    [
      "a broker without a port",
      {
        ...SELF_MANAGED,
        SelfManagedEventSource: {
          Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["b"] },
        },
      },
      /host:port/,
    ],
    [
      "no source access",
      { ...SELF_MANAGED, SourceAccessConfigurations: undefined },
      /^Required 'sourceAccessConfigurations' parameter is missing\.$/,
    ],
    [
      "an unknown source access",
      {
        ...SELF_MANAGED,
        SourceAccessConfigurations: [{ Type: "X", URI: "y" }],
      },
      /^SourceAccessConfigurations\[0\]\.Type/,
    ],
    [
      "a batch of 0",
      { ...SELF_MANAGED, BatchSize: 0 },
      /^BatchSize: found 0, expected a whole number from 1 to 10000\.$/,
    ],
    ["a batch of 10001", { ...SELF_MANAGED, BatchSize: 10_001 }, /^BatchSize/],
    ["half a record", { ...SELF_MANAGED, BatchSize: 1.5 }, /^BatchSize/],
    ["a batch as text", { ...SELF_MANAGED, BatchSize: "10" }, /^BatchSize/],
    [
      "a window of 301 s",
      { ...SELF_MANAGED, MaximumBatchingWindowInSeconds: 301 },
      /^MaximumBatchingWindowInSeconds/,
    ],
    [
      "a negative window",
      { ...SELF_MANAGED, MaximumBatchingWindowInSeconds: -1 },
      /^MaximumBatchingWindowInSeconds/,
    ],
    [
      "text for a switch",
      { ...SELF_MANAGED, Enabled: "yes" },
      /^Enabled: found "yes", expected true or false/,
    ],
    [
      "an unknown position",
      { ...SELF_MANAGED, StartingPosition: "OLDEST" },
      /^StartingPosition/,
    ],
    [
      "a time without AT_TIMESTAMP",
      { ...SELF_MANAGED, StartingPositionTimestamp: 1 },
      /^StartingPositionTimestamp/,
    ],
    [
      "AT_TIMESTAMP without a time",
      { ...SELF_MANAGED, StartingPosition: "AT_TIMESTAMP" },
      /^StartingPositionTimestamp/,
    ],
    [
      "a time to come",
      {
        ...SELF_MANAGED,
        StartingPosition: "AT_TIMESTAMP",
        StartingPositionTimestamp: NOW_MS / 1000 + 1,
      },
      /not in the future/,
    ],
    [
      "10001 retries",
      { ...PROVISIONED, MaximumRetryAttempts: 10_001 },
      /^MaximumRetryAttempts/,
    ],
    [
      "201 pollers at least",
      { ...PROVISIONED, ProvisionedPollerConfig: { MinimumPollers: 201 } },
      /MinimumPollers/,
    ],
    [
      "fewer pollers at most than at least",
      {
        ...PROVISIONED,
        ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 2 },
      },
      /MaximumPollers: found 2/,
    ],
    [
      "OnSuccess",
      {
        ...PROVISIONED,
        DestinationConfig: { OnSuccess: { Destination: "kafka://x" } },
      },
      /^DestinationConfig\.OnSuccess/,
    ],
    [
      "the source topic as destination",
      {
        ...PROVISIONED,
        DestinationConfig: { OnFailure: { Destination: "kafka://plays" } },
      },
      /another topic than the source's/,
    ],
    [
      "a destination of another service",
      {
        ...PROVISIONED,
        DestinationConfig: {
          OnFailure: {
            Destination: "arn:aws:lambda:us-east-1:123456789012:function:f",
          },
        },
      },
      /^DestinationConfig\.OnFailure\.Destination: .*kafka:\/\/<topic>, or the ARN/,
    ],
    [
      "a FIFO queue as destination",
      {
        ...PROVISIONED,
        DestinationConfig: {
          OnFailure: {
            Destination: "arn:aws:sqs:us-east-1:123456789012:letters.fifo",
          },
        },
      },
      /^DestinationConfig\.OnFailure\.Destination: .*kafka:\/\/<topic>, or the ARN/,
    ],
    [
      "a destination without a topic",
      {
        ...PROVISIONED,
        DestinationConfig: { OnFailure: { Destination: "kafka://" } },
      },
      /^DestinationConfig\.OnFailure\.Destination: .*kafka:\/\/<topic>, or the ARN/,
    ],
    [
      "a destination without a name",
      { ...PROVISIONED, DestinationConfig: { OnFailure: {} } },
      /^DestinationConfig\.OnFailure\.Destination: found nothing/,
    ],
    [
      "six filters",
      {
        ...SELF_MANAGED,
        FilterCriteria: {
          Filters: Array.from({ length: 6 }, () => ({ Pattern: "{}" })),
        },
      },
      /^FilterCriteria\.Filters: .*a list of 0 to 5/,
    ],
    [
      "a filter without a pattern",
      { ...SELF_MANAGED, FilterCriteria: { Filters: [{}] } },
      /^FilterCriteria\.Filters\[0\]\.Pattern: found nothing/,
    ],
    [
      "a filter on something else than the value",
      {
        ...SELF_MANAGED,
        FilterCriteria: { Filters: [{ Pattern: '{"key":["x"]}' }] },
      },
      /^FilterCriteria\.Filters\[0\]\.Pattern\.key/,
    ],
    ...[0, 59, 604_801, 60.5, "60"].map((age): [string, object, RegExp] => [
      `a record age of ${JSON.stringify(age)}`,
      { ...PROVISIONED, MaximumRecordAgeInSeconds: age },
      /^MaximumRecordAgeInSeconds: .*-1 or a whole number from 60 to 604800/,
    ]),
    [
      "text for bisection",
      { ...PROVISIONED, BisectBatchOnFunctionError: "true" },
      /^BisectBatchOnFunctionError: found "true"/,
    ],
    [
      "an unknown response type",
      { ...PROVISIONED, FunctionResponseTypes: ["Report"] },
      /^FunctionResponseTypes\[0\]: found "Report"/,
    ],
    [
      "two response types",
      { ...PROVISIONED, FunctionResponseTypes: ["a", "b"] },
      /^FunctionResponseTypes: /,
    ],
    [
      "the other source's group setting",
      {
        ...SELF_MANAGED,
        AmazonManagedKafkaEventSourceConfig: { ConsumerGroupId: "g" },
      },
      /^AmazonManagedKafkaEventSourceConfig/,
    ],
    [
      "an impossible group",
      {
        ...SELF_MANAGED,
        SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: "a b" },
      },
      /ConsumerGroupId/,
    ],
  ])("1 and 2: for %s", (_, parameters, message) => {
    expect(() => parse(parameters)).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValueException",
        message: expect.stringMatching(message),
      }),
    );
  });

  test.each([
    [
      "SelfManagedKafkaEventSourceConfig.SchemaRegistryConfig",
      { SelfManagedKafkaEventSourceConfig: { SchemaRegistryConfig: {} } },
    ],
    [
      "AmazonManagedKafkaEventSourceConfig.SchemaRegistryConfig",
      { AmazonManagedKafkaEventSourceConfig: { SchemaRegistryConfig: {} } },
    ],
    [
      "SelfManagedKafkaEventSourceConfig.ConsumptionMode",
      { SelfManagedKafkaEventSourceConfig: { ConsumptionMode: "Queue" } },
    ],
    [
      "AmazonManagedKafkaEventSourceConfig.ConsumptionMode",
      { AmazonManagedKafkaEventSourceConfig: { ConsumptionMode: "Queue" } },
    ],
    [
      "ProvisionedPollerConfig.PollerGroupName",
      { ProvisionedPollerConfig: { PollerGroupName: "shared" } },
    ],
    ["LoggingConfig", { LoggingConfig: { SystemLogLevel: "INFO" } }],
    ["MetricsConfig", { MetricsConfig: { Metrics: ["EventCount"] } }],
    ["KMSKeyArn", { KMSKeyArn: "arn:aws:kms:us-east-1:123456789012:key/k" }],
  ])("30: for %s, by name", (property, parameters) => {
    expect(() => parse({ ...PROVISIONED, ...parameters })).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValueException",
        message: expect.stringContaining(
          `${property}: out of the scope of the local event source mapping; `,
        ),
      }),
    );
  });

  test.each([
    ["MaximumRetryAttempts", { MaximumRetryAttempts: 1 }],
    ["MaximumRecordAgeInSeconds", { MaximumRecordAgeInSeconds: -1 }],
    ["BisectBatchOnFunctionError", { BisectBatchOnFunctionError: false }],
    ["FunctionResponseTypes", { FunctionResponseTypes: [] }],
    [
      "DestinationConfig.OnFailure.Destination",
      { DestinationConfig: { OnFailure: { Destination: "kafka://x" } } },
    ],
  ])("2: for %s without provisioned pollers", (property, parameters) => {
    expect(() => parse({ ...SELF_MANAGED, ...parameters })).toThrow(
      `${property}: found without ProvisionedPollerConfig`,
    );
  });

  test("2: when another has the same brokers, topic and function", () => {
    const mapping = parse(SELF_MANAGED);
    const reordered = parse({
      ...SELF_MANAGED,
      SelfManagedEventSource: {
        Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["b-2:9092", "b-1:9092"] },
      },
    });
    const ofAnotherFunction = parse({
      ...SELF_MANAGED,
      FunctionName: "another",
    });

    expect(() => refuseDuplicates([mapping, ofAnotherFunction])).not.toThrow();
    expect(() =>
      refuseDuplicates([mapping, ofAnotherFunction, reordered]),
    ).toThrow(
      expect.objectContaining({
        code: "ResourceConflictException",
        statusCode: 409,
      }),
    );
  });
});
