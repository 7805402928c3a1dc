import { z } from "zod";

import { METRICS } from "#shared/lambda/metric.ts";

import type { Template } from "./package-template.ts";

const environmentSchema = z
  .looseObject({ Variables: z.record(z.string(), z.unknown()) })
  .default({ Variables: {} });

const mappingSchema = z.looseObject({
  Topics: z.tuple([z.string()]),
  SelfManagedKafkaEventSourceConfig: z.object({
    "Fn::If": z.tuple([
      z.string(),
      z.unknown(),
      z.object({ ConsumerGroupId: z.string() }),
    ]),
  }),
});

type Resource = Template["Resources"][string];

/** Returns what a template lacks or allows too much, one sentence each; nothing for one that is as it should be. */
export function checkTemplate(template: Template): string[] {
  return [
    ...checkFunctions(template),
    ...checkRoles(template),
    ...checkMappings(template),
    ...checkLagRights(template),
    ...checkAlarms(template),
    ...checkRoutes(template),
  ];
}

function checkFunctions(template: Template): string[] {
  const roles = new Set<string>();
  return listResources(template, "AWS::Lambda::Function").flatMap(
    ([id, { Properties: properties }]) => {
      const faults: string[] = [];
      const expectThat = (holds: boolean, fault: string) => {
        if (!holds) faults.push(`${id} ${fault}`);
      };
      expectThat(properties["Runtime"] === "nodejs24.x", "is not on Node 24");
      expectThat(
        JSON.stringify(properties["Architectures"]) === '["arm64"]',
        "is not on arm64",
      );
      expectThat(
        Number(properties["ReservedConcurrentExecutions"]) >= 1,
        "has no reserved concurrency",
      );
      expectThat(
        JSON.stringify(properties["VpcConfig"] ?? {}).includes("FirstSubnetId"),
        "is not in the VPC",
      );
      const role = JSON.stringify(properties["Role"]);
      expectThat(!roles.has(role), "shares its role");
      roles.add(role);
      expectThat(
        Number(findLogGroup(template, id)?.Properties["RetentionInDays"]) > 0,
        "keeps its log for ever",
      );
      expectThat(
        listResources(template, "AWS::CloudWatch::Alarm").some(
          ([, alarm]) =>
            alarm.Properties["MetricName"] === "Errors" &&
            refersTo(alarm.Properties["Dimensions"], id),
        ),
        "has no alarm for its errors",
      );
      return faults;
    },
  );
}

function checkRoles(template: Template): string[] {
  return listResources(template, "AWS::IAM::Role").flatMap(
    ([id, { Properties: properties }]) => {
      const owners = listResources(template, "AWS::Lambda::Function").filter(
        ([, declared]) => refersTo(declared.Properties["Role"], id),
      );
      const [owner = ["nobody"]] = owners;
      const own = toLogGroup(owner[0]);
      const foreign = listResources(template, "AWS::Logs::LogGroup")
        .map(([logGroup]) => logGroup)
        .filter(
          (logGroup) => logGroup !== own && refersTo(properties, logGroup),
        );
      const statements = findStatements(properties["Policies"]);
      const actions = statements.flatMap(({ Action: action }) =>
        [action].flat().map(String),
      );
      const everywhere = statements
        .filter(({ Resource: resource }) => [resource].flat().includes("*"))
        .flatMap(({ Action: action }) => [action].flat().map(String));
      return [
        ...(owners.length === 1
          ? []
          : [`${id} belongs to ${owners.length} functions`]),
        ...(refersTo(properties, own) ? [] : [`${id} does not name ${own}`]),
        ...foreign.map((logGroup) => `${id} names ${logGroup}`),
        ...actions
          .filter((action) => action.includes("*"))
          .map((action) => `${id} allows ${action}`),
        // Network interfaces know no narrower resource.
        ...everywhere
          .filter((action) => !action.startsWith("ec2:"))
          .map((action) => `${id} allows ${action} everywhere`),
      ];
    },
  );
}

/** What must never be declared: an hour without Postgres would become dead letters. */
const FORBIDDEN = [
  "MaximumRetryAttempts",
  "MaximumRecordAgeInSeconds",
  "DestinationConfig",
];

/** What ends a record that kills the handler, and keeps what a batch has done. */
const EXPECTED_OF_PLAYS = [
  "BisectBatchOnFunctionError",
  "FunctionResponseTypes",
];

function checkMappings(template: Template): string[] {
  return listResources(template, "AWS::Lambda::EventSourceMapping").flatMap(
    ([id, { Properties: properties }]) => {
      const isProvisioned = "ProvisionedPollerConfig" in properties;
      const isOfPlays = refersToText(properties["Topics"], "stream-events");
      return [
        ...FORBIDDEN.filter((name) => name in properties).map(
          (name) => `${id} declares ${name}`,
        ),
        ...(isOfPlays && !isProvisioned ? [`${id} is not provisioned`] : []),
        ...EXPECTED_OF_PLAYS.filter(
          (name) => isOfPlays && !(name in properties),
        ).map((name) => `${id} does not declare ${name}`),
        ...(!isOfPlays && isProvisioned ? [`${id} is provisioned`] : []),
      ];
    },
  );
}

/** Whoever measures the lag of every mapping may, on MSK, describe each topic and each consumer group. */
function checkLagRights(template: Template): string[] {
  return ["CloseWindowsRole", "DashboardRole"].flatMap((role) =>
    checkLagRightsOf(template, role),
  );
}

function checkLagRightsOf(template: Template, role: string): string[] {
  const statements = findStatements(template.Resources[role]);
  const mayDescribe = (action: string, resource: string) =>
    statements.some(
      ({ Action: allowed, Resource: resources }) =>
        [allowed].flat().includes(action) &&
        // The name ends the resource's address.
        JSON.stringify(resources).includes(`${resource}"`),
    );
  return listResources(template, "AWS::Lambda::EventSourceMapping").flatMap(
    ([id, { Properties: properties }]) => {
      const { Topics, SelfManagedKafkaEventSourceConfig } =
        mappingSchema.parse(properties);
      const [, , { ConsumerGroupId }] =
        SelfManagedKafkaEventSourceConfig["Fn::If"];
      return [
        ...(mayDescribe(
          "kafka-cluster:DescribeTopic",
          `topic/\${Cluster}/${Topics[0]}`,
        )
          ? []
          : [`${role} may not describe the topic of ${id}`]),
        ...(mayDescribe(
          "kafka-cluster:DescribeGroup",
          `group/\${Cluster}/${ConsumerGroupId}`,
        )
          ? []
          : [`${role} may not describe the group of ${id}`]),
      ];
    },
  );
}

/** What reads everything in the database is answered to whoever can say who they are. */
function checkRoutes(template: Template): string[] {
  return listResources(template, "AWS::ApiGatewayV2::Route").flatMap(
    ([id, { Properties: properties }]) => [
      ...(properties["AuthorizationType"] === "JWT" &&
      refersTo(properties["AuthorizerId"], "HttpApiAuthorizerViewers")
        ? []
        : [`${id} can be asked by anybody`]),
      ...(properties["RouteKey"] === "$default"
        ? [`${id} answers everything`]
        : []),
    ],
  );
}

const isStack = (value: unknown) =>
  JSON.stringify(value) === '{"Ref":"AWS::StackName"}';

/** Alarms on the functions' own metrics would wait for ever for one that nobody writes. */
function checkAlarms(template: Template): string[] {
  const functions = listResources(template, "AWS::Lambda::Function");
  const silent = functions.filter(
    ([, { Properties: properties }]) =>
      !isStack(
        readVariables(properties["Environment"])["STREAMING_METRICS_NAMESPACE"],
      ),
  );
  const services = new Set(
    functions.map(
      ([, { Properties: properties }]) =>
        `[{"Name":"service","Value":"${readServiceName(properties["FunctionName"])}"}]`,
    ),
  );
  const alarms = listResources(template, "AWS::CloudWatch::Alarm").filter(
    ([, { Properties: properties }]) => isStack(properties["Namespace"]),
  );
  return [
    ...silent.map(([id]) => `${id} writes no metrics`),
    ...alarms.flatMap(([id, { Properties: properties }]) => [
      ...(Object.hasOwn(METRICS, String(properties["MetricName"]))
        ? []
        : [`${id} watches a metric that no function writes`]),
      ...(services.has(JSON.stringify(properties["Dimensions"]))
        ? []
        : [`${id} watches no function's metric`]),
    ]),
  ];
}

function readVariables(
  environment: unknown,
): Readonly<Record<string, unknown>> {
  return environmentSchema.parse(environment).Variables;
}

/** The name within `<service>-<stage>-<name>`. */
function readServiceName(functionName: unknown): string {
  return String(functionName).replace(/^music-streaming-dev-/, "");
}

export function listResources(
  { Resources: resources }: Template,
  type: string,
): [string, Resource][] {
  return Object.entries(resources).filter(([, { Type }]) => Type === type);
}

/** Whether a value refers to a resource by Ref or Fn::GetAtt. */
export function refersTo(value: unknown, id: string): boolean {
  const text = JSON.stringify(value) ?? "";
  return (
    text.includes(`{"Ref":"${id}"}`) || text.includes(`{"Fn::GetAtt":["${id}",`)
  );
}

function refersToText(value: unknown, text: string): boolean {
  return Array.isArray(value) && value.includes(text);
}

function findLogGroup(
  { Resources: resources }: Template,
  functionId: string,
): Resource | undefined {
  return resources[toLogGroup(functionId)];
}

function toLogGroup(functionId: string): string {
  return functionId.replace(/LambdaFunction$/, "LogGroup");
}

/** Every statement, behind whatever condition. */
function findStatements(
  node: unknown,
): { readonly Action: unknown; readonly Resource: unknown }[] {
  if (Array.isArray(node)) return node.flatMap(findStatements);
  if (typeof node !== "object" || node === null) return [];
  if ("Action" in node && "Resource" in node) return [node];
  return Object.values(node).flatMap(findStatements);
}
