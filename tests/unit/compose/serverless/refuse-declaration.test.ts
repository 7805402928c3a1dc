import { expect, test } from "vitest";

import { PipelineError } from "#shared/errors.ts";
import { readText, replaceOnce } from "./declaration-text.ts";

function readFaults(
  text: string,
  environment: Record<string, string> = {},
): string[] {
  try {
    readText(text, environment);
  } catch (error) {
    if (
      error instanceof PipelineError &&
      error.code === "invalid_declaration"
    ) {
      return error.message
        .split("\n")
        .slice(1, -1)
        .map((line) => line.trim());
    }
    throw error;
  }
  return [];
}

test.each([
  ["at the top", "service: music", "service: music\nlayers: {}", "layers"],
  [
    "among the plugins",
    "service: music",
    "service: music\nplugins: [serverless-offline]",
    "plugins[0]",
  ],
  ["in provider", "  runtime:", "  stage: dev\n  runtime:", "provider.stage"],
  [
    "in custom",
    "  group: load-users",
    "  group: load-users\n  grup: x",
    "custom.grup",
  ],
  [
    "in custom.local",
    "    schedules:",
    "    layers: {}\n    schedules:",
    "custom.local.layers",
  ],
  [
    "in a function",
    "    timeout: 30",
    "    timeout: 30\n    url: true",
    "functions.produce-batch.url",
  ],
  [
    "in an event",
    "      - schedule:\n          rate: rate(1 hour)",
    "      - sqs: queue\n        schedule:\n          rate: rate(1 hour)",
    "functions.sweep.events[0].sqs",
  ],
  [
    "in a schedule",
    "          enabled: true",
    "          enabled: true\n          cron: x",
    "functions.produce-batch.events[0].schedule.cron",
  ],
  [
    "in an inputTransformer",
    "            inputPathsMap:",
    "            inputPath: x\n            inputPathsMap:",
    "functions.produce-batch.events[0].schedule.inputTransformer.inputPath",
  ],
  [
    "in resources",
    "resources:\n",
    "resources:\n  Outputs: {}\n",
    "resources.Outputs",
  ],
  [
    "in a source's endpoints",
    "            KafkaBootstrapServers:",
    "            KafkaServers: []\n            KafkaBootstrapServers:",
    "resources.Resources.UsersMapping.Properties: SelfManagedEventSource.Endpoints.KafkaServers",
  ],
  [
    "in a mapping",
    "        BatchSize:",
    "        BatchSiz:",
    "resources.Resources.UsersMapping.Properties: EventSourceMapping.BatchSiz",
  ],
  [
    "in a resource",
    "      Type: AWS",
    "      DependsOn: x\n      Type: AWS",
    "resources.Resources.UsersMapping.DependsOn",
  ],
])("a key that is not known is refused by name: %s", (_, piece, by, name) => {
  const faults = readFaults(replaceOnce(piece, by));

  expect(faults.length).toBeGreaterThan(0);
  expect(faults[0]?.startsWith(`${name}: `)).toBe(true);
});

test.each([
  [
    "another type of resource",
    "Type: AWS::Lambda::EventSourceMapping",
    "Type: AWS::SQS::Queue",
    'resources.Resources.UsersMapping.Type: is "AWS::SQS::Queue"; only AWS::Lambda::EventSourceMapping is supported here, and skipped are AWS::CloudWatch::Alarm',
  ],
  [
    "a mapping to no function",
    "!GetAtt LoadUnderscoreusersLambdaFunction.Arn",
    "!GetAtt LoadDashusersLambdaFunction.Arn",
    "resources.Resources.UsersMapping.Properties.FunctionName: is !GetAtt LoadDashusersLambdaFunction.Arn; expected one of ProduceDashbatchLambdaFunction, LoadUnderscoreusersLambdaFunction, SweepLambdaFunction",
  ],
  [
    "a runtime that the functions are not bundled for",
    "runtime: nodejs24.x",
    "runtime: nodejs22.x",
    'provider.runtime: is "nodejs22.x"; expected nodejs24.x',
  ],
  [
    "a value out of range",
    "BatchSize: 1000",
    "BatchSize: 0",
    "resources.Resources.UsersMapping.Properties: BatchSize: found 0, expected",
  ],
  [
    "two mappings of one topic to one function",
    "Topics: [swept]",
    "Topics: [users]",
    "Two event source mappings from localhost:9092, topic users, to function load_users",
  ],
  [
    "a tag that is not known",
    "!GetAtt LoadUnderscoreusersLambdaFunction.Arn",
    "!ImportValue users",
    "Unresolved tag: !ImportValue at line 56",
  ],
  [
    "a period of a function that is not there",
    "      load_users: 3",
    "      load-users: 3",
    "custom.local.environments.load-users: there is no such function",
  ],
  [
    "a number of environments that is none",
    "      load_users: 3",
    "      load_users: many",
    "custom.local.environments.load_users: expected a whole number from 1 to 64",
  ],
  [
    "no environment at all",
    "      load_users: 3",
    "      load_users: '0'",
    "custom.local.environments.load_users: Too small: expected number to be >=1",
  ],
  [
    "an environment that is neither number nor text",
    "      load_users: 3",
    "      load_users: true",
    "custom.local.environments.load_users: expected a whole number from 1 to 64",
  ],
  [
    "a period that EventBridge does not have",
    "rate(5 minutes)",
    "rate(5 seconds)",
    'functions.produce-batch.events[0].schedule.rate: is "rate(5 seconds)"; expected rate(N unit) in minutes, hours or days, the unit singular for 1',
  ],
  [
    "a cron expression",
    "rate(1 hour)",
    "cron(0 * * * ? *)",
    'functions.sweep.events[0].schedule.rate: is "cron(0 * * * ? *)"; expected rate(N unit) in minutes, hours or days, the unit singular for 1',
  ],
  [
    "a template that is no JSON",
    '"period": "5m"',
    '"period": 5m',
    "functions.produce-batch.events[0].schedule: inputTemplate does not give JSON but",
  ],
  [
    "a placeholder without a path",
    "<time>",
    "<when>",
    "functions.produce-batch.events[0].schedule: inputTemplate holds <when>, which inputPathsMap does not name",
  ],
  [
    "a path that the event does not have",
    "$.time",
    "$.when",
    'functions.produce-batch.events[0].schedule: inputPathsMap.time is "$.when", which a scheduled event does not have',
  ],
])("what is not understood is refused: %s", (_, piece, by, fault) => {
  expect(readFaults(replaceOnce(piece, by))[0]).toContain(fault);
});

test("all faults come in one message", () => {
  const text = replaceOnce("  group: load-users", "  group: ${env:GROUP}")
    .replace("timeout: 30", "timeout: 9999")
    .replace("service: music", "plugin: x");

  const faults = readFaults(text);

  expect(faults.join("\n")).toContain(
    "custom.group: ${env:GROUP} cannot be resolved",
  );
  expect(faults.join("\n")).toContain("functions.produce-batch.timeout:");
  expect(faults.join("\n")).toContain("service:");
  expect(faults.join("\n")).toContain(
    "plugin: is not understood by the local runner",
  );
});

const REPORTING = replaceOnce(
  "    environment: &ingest",
  "    environment: &ingest\n      STREAMING_PARTIAL_RESPONSES: 'on'",
);

test("a function may report what it had no time for only to mappings that read the report", () => {
  const fault =
    "Properties.FunctionResponseTypes: is without ReportBatchItemFailures, which load_users needs as long as its STREAMING_PARTIAL_RESPONSES is on; declare it, or set that to off";
  const reading =
    "        ProvisionedPollerConfig: { MinimumPollers: 1 }\n        FunctionResponseTypes: [ReportBatchItemFailures]\n";

  expect(readFaults(REPORTING)).toEqual([
    `resources.Resources.UsersMapping.${fault}`,
    `resources.Resources.SweptMapping.${fault}`,
  ]);
  expect(
    readFaults(
      REPORTING.replace(
        "        BatchSize: 1000\n",
        `        BatchSize: 1000\n${reading}`,
      ),
    ),
  ).toEqual([]);
});
