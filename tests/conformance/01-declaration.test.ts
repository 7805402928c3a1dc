import { describe, expect, test } from "vitest";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import {
  MSK,
  MSK_ARN,
  NOW_MS,
  parse,
  PROVISIONED,
  SELF_MANAGED,
} from "./declarations.ts";

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
