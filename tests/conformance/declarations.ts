import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";

export const NOW_MS = Date.UTC(2026, 0, 1);
export const SELF_MANAGED = {
  FunctionName: "aggregate",
  SelfManagedEventSource: {
    Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["b-1:9092", "b-2:9092"] },
  },
  SourceAccessConfigurations: [{ Type: "VPC_SUBNET", URI: "subnet:subnet-1" }],
  Topics: ["plays"],
};
export const PROVISIONED = {
  ...SELF_MANAGED,
  ProvisionedPollerConfig: { MinimumPollers: 1 },
};
export const MSK_ARN =
  "arn:aws:kafka:us-east-1:123456789012:cluster/plays/0d7e-1";
export const MSK = {
  FunctionName: "aggregate",
  EventSourceArn: MSK_ARN,
  Topics: ["plays"],
};

export const parse = (parameters: unknown) =>
  parseEventSourceMapping(parameters, { nowMs: NOW_MS });
