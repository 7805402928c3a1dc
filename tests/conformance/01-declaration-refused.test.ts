import { describe, expect, test } from "vitest";
import {
  MSK,
  MSK_ARN,
  NOW_MS,
  parse,
  PROVISIONED,
  SELF_MANAGED,
} from "./declarations.ts";

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
  ])("1: for %s", (_, parameters, message) => {
    expect(() => parse(parameters)).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValueException",
        message: expect.stringMatching(message),
      }),
    );
  });
});
