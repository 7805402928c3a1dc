import { describe, expect, test } from "vitest";
import { parse, PROVISIONED } from "./declarations.ts";

describe("a declaration is refused", () => {
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
});
