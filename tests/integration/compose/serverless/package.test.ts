import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";

import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { evaluateTemplate } from "#compose/serverless/evaluate-template.ts";
import { isGroup } from "#compose/serverless/is-group.ts";
import {
  checkTemplate,
  listResources,
  refersTo,
} from "#tests/support/cloudformation/check-template.ts";
import {
  packageTemplate,
  type Template,
} from "#tests/support/cloudformation/package-template.ts";
import { runServerless } from "#tests/support/run-serverless.ts";

/** What the machine of somebody who packages may hold. */
const MACHINE = {
  KAFKA_BOOTSTRAP_SERVERS: "laptop:9092",
  STREAMING_TRACES_ENDPOINT: "http://laptop:4318",
  DATABASE_URL: "postgresql://owner:planted@laptop/music_streaming",
  INGEST_DATABASE_URL: "postgresql://ingest:planted@laptop/music_streaming",
  CLOSER_DATABASE_URL: "postgresql://closer:planted@laptop/music_streaming",
  READER_DATABASE_URL: "postgresql://reader:planted@laptop/music_streaming",
  STREAMING_METRICS_NAMESPACE: "laptop",
};
const CLUSTER = "arn:aws:kafka:eu-central-1:123456789012:cluster/music/1-2";

let folder = "";
let template: Template;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "package-"));
  ({ template } = await packageTemplate(folder, MACHINE));
});
afterAll(() => rm(folder, { recursive: true }));

/** The template with one thing changed. */
function plant(change: (resources: Template["Resources"]) => void): Template {
  const copy = structuredClone(template);
  change(copy.Resources);
  return copy;
}

/** What the mapping becomes in a stack with these parameters. */
function evaluateMapping(
  name: string,
  given: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const defaults = Object.entries(template.Parameters).map(
    ([parameter, { Default: fallback }]) => [parameter, fallback],
  );
  const { FunctionName: _, ...properties } =
    template.Resources[name]?.Properties ?? {};
  const evaluated = evaluateTemplate(properties, {
    parameters: { ...Object.fromEntries(defaults), ...given },
    conditions: template.Conditions,
  });
  if (!isGroup(evaluated)) throw new Error(`${name} is no mapping`);
  return evaluated;
}

describe("the packaged template", () => {
  test("has functions with log, alarm and role of their own, and mappings without limits", () => {
    expect(checkTemplate(template)).toEqual([]);
    expect(listResources(template, "AWS::Lambda::Function")).toHaveLength(9);
    expect(
      listResources(template, "AWS::Lambda::EventSourceMapping"),
    ).toHaveLength(8);
  });

  test("holds nothing of the machine where it was packaged", async () => {
    const files = (await readdir(folder)).filter((name) =>
      name.endsWith(".json"),
    );

    expect(files).toContain("serverless-state.json");
    expect(JSON.stringify(template)).not.toContain("laptop");
    for (const file of files)
      expect(await readFile(join(folder, file), "utf8")).not.toContain(
        "planted",
      );
  });

  test("keeps every setting of every mapping", async () => {
    const { mappings } = await loadDeclaration({});

    for (const { name, configuration } of mappings) {
      const properties = evaluateMapping(name, {
        KafkaBootstrapServers: "localhost:9092",
        FirstSubnetId: "subnet-local",
        SecondSubnetId: "subnet-local",
        SecurityGroupId: "sg-local",
      });
      const {
        SelfManagedEventSource: source,
        MetricsConfig: _,
        ...rest
      } = properties;
      expect(source).toEqual({
        Endpoints: { KafkaBootstrapServers: ["localhost:9092"] },
      });
      expect(
        parseEventSourceMapping({
          ...rest,
          FunctionName: configuration.functionName,
          SelfManagedEventSource: {
            Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["localhost:9092"] },
          },
        }),
      ).toEqual(configuration);
    }
  });

  test("takes a managed Kafka by one parameter", () => {
    const mapping = evaluateMapping("StreamEventsMapping", {
      KafkaKind: "msk",
      MskClusterArn: CLUSTER,
    });

    expect(mapping).toEqual({
      EventSourceArn: CLUSTER,
      AmazonManagedKafkaEventSourceConfig: {
        ConsumerGroupId: "aggregate-micro-batch",
      },
      StartingPosition: "TRIM_HORIZON",
      BatchSize: 5000,
      Topics: ["stream-events"],
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 1 },
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      MetricsConfig: { Metrics: ["EventCount", "ErrorCount", "KafkaMetrics"] },
    });
  });

  test("gives a self-managed Kafka's secret to the mappings that log in with it", () => {
    const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:k";

    const mapping = evaluateMapping("DeadLettersMapping", {
      KafkaSecretArn: secret,
      KafkaBootstrapServers: "a:1",
      FirstSubnetId: "subnet-1",
      SecondSubnetId: "subnet-2",
      SecurityGroupId: "sg-1",
    });

    expect(mapping["SourceAccessConfigurations"]).toEqual([
      { Type: "VPC_SUBNET", URI: "subnet:subnet-1" },
      { Type: "VPC_SUBNET", URI: "subnet:subnet-2" },
      { Type: "VPC_SECURITY_GROUP", URI: "security_group:sg-1" },
      { Type: "SASL_SCRAM_512_AUTH", URI: secret },
    ]);
  });

  test("lets nobody at the dashboards without a token", () => {
    const routes = listResources(template, "AWS::ApiGatewayV2::Route").map(
      ([, { Properties: properties }]) => String(properties["RouteKey"]),
    );

    expect(routes.toSorted()).toEqual([
      "GET /",
      "GET /api/dashboards/{name}",
      "GET /api/dashboards/{name}/{file}",
      "GET /assets/{file}",
      "GET /dashboards",
    ]);
    expect(
      template.Resources["HttpApiAuthorizerViewers"]?.Properties,
    ).toMatchObject({
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: {
        Audience: [{ Ref: "DashboardAudience" }],
        Issuer: { Ref: "DashboardIssuerUrl" },
      },
    });
  });

  test("has a rule and an alarm for every schedule", () => {
    const rules = listResources(template, "AWS::Events::Rule");
    const alarms = listResources(template, "AWS::CloudWatch::Alarm").filter(
      ([, { Properties: properties }]) =>
        properties["MetricName"] === "FailedInvocations",
    );

    expect(
      rules
        .map(([, { Properties: properties }]) =>
          String(properties["ScheduleExpression"]),
        )
        .toSorted(),
    ).toEqual([
      "rate(1 minute)",
      "rate(1 minute)",
      "rate(1 minute)",
      "rate(10 minutes)",
    ]);
    for (const [id] of rules) {
      expect(
        alarms.some(([, alarm]) =>
          refersTo(alarm.Properties["Dimensions"], id),
        ),
      ).toBe(true);
    }
  });

  test.each([
    "MaxOffsetLag",
    "DroppedEventCount",
    "WatermarkDelaySeconds",
    "RecordsAccepted",
    "DeadLetterOldestWaitingSeconds",
  ])("raises an alarm on %s", (metric) => {
    const metrics = listResources(template, "AWS::CloudWatch::Alarm").map(
      ([, { Properties: properties }]) => properties["MetricName"],
    );

    expect(metrics).toContain(metric);
  });
});

test("a route without an authorizer is not packaged", async () => {
  const declaration = await readFile(
    join(PROJECT_ROOT, "serverless.yml"),
    "utf8",
  );
  const open = declaration.replace(
    /(path: \/dashboards),\s+authorizer: \*viewers/,
    "$1",
  );
  expect(open).not.toBe(declaration);
  // It has to lie beside what it refers to.
  const name = `.serverless-${randomUUID()}.yml`;
  onTestFinished(() => rm(join(PROJECT_ROOT, name)));
  await writeFile(join(PROJECT_ROOT, name), open);

  const { exitCode, stdout, stderr } = await runServerless([
    "package",
    "--config",
    name,
    "--package",
    join(folder, "open"),
  ]);

  expect(exitCode).toBe(1);
  expect(stdout + stderr).toContain(
    "functions.dashboard.events[1].httpApi: has no authorizer",
  );
});

/** The properties of a resource that must be there. */
const at = (resources: Template["Resources"], id: string) => {
  const { Properties: properties } = resources[id] ?? {};
  if (properties === undefined) throw new Error(`${id} is not there`);
  return properties;
};

/** A role that may do this. */
const allow = (Action: string, Resource: unknown = "arn:x") => ({
  Policies: [{ PolicyDocument: { Statement: [{ Action, Resource }] } }],
});

describe("a planted fault is found:", () => {
  test.each<[string, (resources: Template["Resources"]) => void, string]>([
    [
      "every action of a service",
      (all) => Object.assign(at(all, "SetUpRole"), allow("kafka-cluster:*")),
      "SetUpRole allows kafka-cluster:*",
    ],
    [
      "every secret",
      (all) =>
        Object.assign(
          at(all, "SetUpRole"),
          allow("secretsmanager:GetSecretValue", "*"),
        ),
      "SetUpRole allows secretsmanager:GetSecretValue everywhere",
    ],
    [
      "another function's log group",
      (all) =>
        Object.assign(
          at(all, "SetUpRole"),
          allow("logs:PutLogEvents", { Ref: "ProduceDashbatchLogGroup" }),
        ),
      "SetUpRole names ProduceDashbatchLogGroup",
    ],
    [
      "a consumer group whose lag cannot be measured",
      (all) => {
        at(all, "CloseWindowsRole")["Policies"] = at(all, "RedriveRole")[
          "Policies"
        ];
      },
      "CloseWindowsRole may not describe the group of DeadLettersMapping",
    ],
    [
      "a dashboard that cannot measure the lag",
      (all) => {
        at(all, "DashboardRole")["Policies"] = at(all, "RedriveRole")[
          "Policies"
        ];
      },
      "DashboardRole may not describe the group of DeadLettersMapping",
    ],
    [
      "a route without an authorizer",
      (all) => {
        delete at(all, "HttpApiRouteGetDashboards")["AuthorizerId"];
      },
      "HttpApiRouteGetDashboards can be asked by anybody",
    ],
    [
      "a route that says that it needs none",
      (all) => {
        at(all, "HttpApiRouteGetDashboards")["AuthorizationType"] = "NONE";
      },
      "HttpApiRouteGetDashboards can be asked by anybody",
    ],
    [
      "a route for whatever is asked",
      (all) => {
        at(all, "HttpApiRouteGetDashboards")["RouteKey"] = "$default";
      },
      "HttpApiRouteGetDashboards answers everything",
    ],
    [
      "a shared role",
      (all) => {
        at(all, "SetDashupLambdaFunction")["Role"] = at(
          all,
          "DeadDashletterLambdaFunction",
        )["Role"];
      },
      "SetDashupLambdaFunction shares its role",
    ],
    [
      "no reserved concurrency",
      (all) => {
        delete at(all, "SetDashupLambdaFunction")[
          "ReservedConcurrentExecutions"
        ];
      },
      "SetDashupLambdaFunction has no reserved concurrency",
    ],
    [
      "a log that is kept for ever",
      (all) => {
        delete at(all, "SetDashupLogGroup")["RetentionInDays"];
      },
      "SetDashupLambdaFunction keeps its log for ever",
    ],
    [
      "errors that nobody is told of",
      (all) => {
        at(all, "SetUpErrorsAlarm")["MetricName"] = "Duration";
      },
      "SetDashupLambdaFunction has no alarm for its errors",
    ],
    [
      "plays on demand",
      (all) => {
        delete at(all, "StreamEventsMapping")["ProvisionedPollerConfig"];
      },
      "StreamEventsMapping is not provisioned",
    ],
    [
      "plays whose batches fail as a whole",
      (all) => {
        delete at(all, "StreamEventsMapping")["BisectBatchOnFunctionError"];
      },
      "StreamEventsMapping does not declare BisectBatchOnFunctionError",
    ],
    [
      "a limit of retries",
      (all) => {
        at(all, "UsersMapping")["MaximumRetryAttempts"] = 3;
      },
      "UsersMapping declares MaximumRetryAttempts",
    ],
    [
      "a function without metrics",
      (all) => {
        delete at(all, "RedriveLambdaFunction")["Environment"];
      },
      "RedriveLambdaFunction writes no metrics",
    ],
    [
      "an alarm on a metric of another name",
      (all) => {
        at(all, "WatermarkDelayAlarm")["MetricName"] = "WatermarkDelay";
      },
      "WatermarkDelayAlarm watches a metric that no function writes",
    ],
    [
      "an alarm on all functions' metric",
      (all) => {
        delete at(all, "OldestLetterAlarm")["Dimensions"];
      },
      "OldestLetterAlarm watches no function's metric",
    ],
  ])("%s", (_, change, fault) => {
    expect(checkTemplate(plant(change))).toContain(fault);
  });
});
