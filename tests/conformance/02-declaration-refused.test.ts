import { describe, expect, test } from "vitest";
import { refuseDuplicates } from "#compose/event-source-mapping/refuse-duplicates.ts";
import { parse, PROVISIONED, SELF_MANAGED } from "./declarations.ts";

describe("a declaration is refused", () => {
  test.each([
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
  ])("2: for %s", (_, parameters, message) => {
    expect(() => parse(parameters)).toThrow(
      expect.objectContaining({
        code: "InvalidParameterValueException",
        message: expect.stringMatching(message),
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
