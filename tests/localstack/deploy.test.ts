import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import {
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from "@aws-sdk/client-eventbridge";
import {
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { waitUntil } from "#compose/embedded/wait-until.ts";
import {
  createDeploymentClients,
  type DeploymentClients,
} from "#compose/localstack/clients.ts";
import { openDeployment, type Deployment } from "#compose/localstack/deploy.ts";
import { deploySchedules } from "#compose/localstack/deploy-schedules.ts";
import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import type {
  Declaration,
  ScheduleDeclaration,
} from "#compose/serverless/declaration.ts";
import { localStackAccess } from "#tests/localstack/support/localstack.ts";
import { deployTestFunction } from "#tests/localstack/support/test-function.ts";

// LocalStack looks for due rules once a minute, counted from its own start.
const SCHEDULE_WAIT_MS = 75_000;
const environment = { KAFKA_BOOTSTRAP_SERVERS: "127.0.0.1:1" };
const root = fileURLToPath(new URL("../..", import.meta.url));

let clients: DeploymentClients;
let declaration: Declaration;
let deployment: Deployment;

beforeAll(async () => {
  const { endpoint } = localStackAccess();
  clients = createDeploymentClients(endpoint);
  declaration = await loadDeclaration(environment);
  deployment = openDeployment({
    endpoint,
    declaration,
    root,
    onProgress: () => undefined,
  });
  await deployment.deployFunctions();
  await deployment.deploySchedules(declaration.schedules);
});
afterAll(async () => {
  await deployment?.deploySchedules([]);
  deployment?.close();
  clients?.close();
});

const describeFunction = (name: string) =>
  clients.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: name }),
  );

async function describeRules() {
  const { Rules: rules = [] } = await clients.events.send(
    new ListRulesCommand({ NamePrefix: "music-streaming-" }),
  );
  return Promise.all(
    rules.map(async ({ Name: name = "", ScheduleExpression: expression }) => {
      const { Targets: targets = [] } = await clients.events.send(
        new ListTargetsByRuleCommand({ Rule: name }),
      );
      return { name, expression, targets };
    }),
  );
}

test("every function of serverless.yml is deployed as it is declared", async () => {
  for (const [name, declared] of Object.entries(declaration.functions)) {
    await expect(describeFunction(name)).resolves.toMatchObject({
      Runtime: declared.runtime,
      Handler: `${declared.handlerModule}.${declared.handlerExport}`,
      Timeout: declared.timeoutMs / 1000,
      MemorySize: declared.memorySizeMb,
      Environment: { Variables: declared.environment },
      State: "Active",
    });
  }
});

test("a function is deployed with the runtime that is asked for", async () => {
  const name = await deployTestFunction(
    "return-at-once",
    {},
    { runtime: "nodejs22.x" },
  );

  await expect(describeFunction(name)).resolves.toMatchObject({
    Runtime: "nodejs22.x",
  });
});

test("every schedule is a rule with EventBridge's period, its input and the permission to invoke", async () => {
  const rules = await describeRules();

  expect(rules.map(({ name }) => name).sort()).toEqual(
    declaration.schedules.map(({ name }) => name).sort(),
  );
  expect(rules).toContainEqual({
    name: "music-streaming-produce-batch-1",
    expression: "rate(1 minute)",
    targets: [
      expect.objectContaining({
        Arn: "arn:aws:lambda:us-east-1:000000000000:function:produce-batch",
        InputTransformer: {
          InputPathsMap: { time: "$.time" },
          InputTemplate: expect.stringContaining('"period": "1m"'),
        },
      }),
    ],
  });
  const { Policy: policy } = await clients.lambda.send(
    new GetPolicyCommand({ FunctionName: "produce-batch" }),
  );
  expect(policy).toContain("rule/music-streaming-produce-batch-1");
});

test("a second deployment changes neither code nor rules", async () => {
  const before = await describeFunction("close-windows");
  const rules = await describeRules();

  await deployment.deployFunctions();
  await deployment.deploySchedules(declaration.schedules);

  const after = await describeFunction("close-windows");
  expect(after.CodeSha256).toBe(before.CodeSha256);
  expect(await describeRules()).toEqual(rules);
});

test("a changed variable reaches the function, and a schedule that is gone loses its rule", async () => {
  const changed = await loadDeclaration({
    ...environment,
    STREAMING_IDLE_TIMEOUT: "7s",
  });
  const other = openDeployment({
    endpoint: localStackAccess().endpoint,
    declaration: changed,
    root,
    onProgress: () => undefined,
  });
  const kept = changed.schedules.filter(
    ({ functionName }) => functionName !== "produce-batch",
  );

  await other.deployFunctions();
  await other.deploySchedules(kept);

  other.close();
  const { Environment: variables } = await describeFunction("close-windows");
  expect(variables?.Variables?.["STREAMING_IDLE_TIMEOUT"]).toBe("7s");
  const rules = await describeRules();
  expect(rules.map(({ name }) => name)).toEqual(kept.map(({ name }) => name));
});

test(
  "a rule invokes its function once a minute with the input of its template",
  { timeout: SCHEDULE_WAIT_MS + 30_000 },
  async () => {
    const name = await deployTestFunction("log-event");
    const schedule: ScheduleDeclaration = {
      name: "music-streaming-test",
      functionName: name,
      periodMs: 1000,
      declaredPeriodMs: 60_000,
      region: "us-east-1",
      input: {
        kind: "transformer",
        inputPathsMap: { time: "$.time" },
        inputTemplate: '{"time": <time>, "period": "1m", "rate": 20}',
      },
    };
    const arns = new Map([
      [name, (await describeFunction(name)).FunctionArn ?? ""],
    ]);

    await deploySchedules(clients, [schedule], arns);
    await deploySchedules(clients, [schedule], arns);

    const readEvents = async (): Promise<string[]> => {
      const log = join(inject("localStackLogs"), `${name}.log`);
      const text = await readFile(log, "utf8").catch(() => "");
      return text.match(/event .*/g) ?? [];
    };
    await waitUntil(
      async () => (await readEvents()).length > 0,
      SCHEDULE_WAIT_MS,
    );
    await deploySchedules(clients, [], arns);
    expect(await readEvents()).toEqual([
      expect.stringMatching(
        /^event \{"time":"20\d\d-[\d-]+T[\d:]+Z","period":"1m","rate":20\}$/,
      ),
    ]);
  },
);
