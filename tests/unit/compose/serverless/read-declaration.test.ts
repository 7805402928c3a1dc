import { expect, test } from "vitest";

import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import { DECLARATION_TEXT, readText, replaceOnce } from "./declaration-text.ts";

test("functions get the provider's settings and their own over them", () => {
  const { functions } = readText(DECLARATION_TEXT, {
    DATABASE_URL: "postgresql://db",
  });

  expect(functions).toEqual({
    "produce-batch": {
      handlerModule: "functions/produce-batch/handler",
      handlerExport: "handler",
      runtime: "nodejs24.x",
      timeoutMs: 30_000,
      memorySizeMb: 256,
      environment: { KAFKA_BOOTSTRAP_SERVERS: "localhost:9092" },
      maximumConcurrency: 1,
    },
    load_users: {
      handlerModule: "functions/load-users/handler",
      handlerExport: "run",
      runtime: "nodejs24.x",
      timeoutMs: 60_000,
      memorySizeMb: 512,
      environment: {
        KAFKA_BOOTSTRAP_SERVERS: "localhost:9092",
        DATABASE_URL: "postgresql://db",
      },
      maximumConcurrency: 3,
    },
    sweep: {
      handlerModule: "functions/sweep/handler",
      handlerExport: "handler",
      runtime: "nodejs24.x",
      timeoutMs: 60_000,
      memorySizeMb: 512,
      environment: {
        KAFKA_BOOTSTRAP_SERVERS: "localhost:9092",
        DATABASE_URL: "postgresql://db",
        GROUP: "load-users",
      },
      maximumConcurrency: 1,
    },
  });
});

test("schedules carry their input, EventBridge's period, and the local one where there is one", () => {
  const { schedules } = readText(DECLARATION_TEXT, {
    RATE: "7",
    AWS_REGION: "us-east-1",
  });

  expect(schedules).toEqual([
    {
      name: "music-produce-batch-1",
      functionName: "produce-batch",
      periodMs: 1000,
      declaredPeriodMs: 300_000,
      region: "us-east-1",
      input: {
        kind: "transformer",
        inputPathsMap: { time: "$.time" },
        inputTemplate: '{"time": <time>, "period": "5m", "rate": 7}',
      },
    },
    {
      name: "music-sweep-1",
      functionName: "sweep",
      periodMs: 3_600_000,
      declaredPeriodMs: 3_600_000,
      region: "us-east-1",
      input: { kind: "constant", value: { sweep: true } },
    },
  ]);
});

test("mappings go through the checks of CreateEventSourceMapping under its names", () => {
  const { mappings } = readText(DECLARATION_TEXT, {
    KAFKA_BOOTSTRAP_SERVERS: "a:1,b:2",
  });

  const configuration = {
    functionName: "load_users",
    source: { kind: "SelfManagedKafka", bootstrapServers: ["a:1", "b:2"] },
    sourceAccess: [{ type: "VPC_SUBNET", uri: "subnet:subnet-local" }],
    batchSize: 1000,
    consumerGroupId: "load-users",
  };
  expect(mappings).toMatchObject([
    {
      name: "UsersMapping",
      configuration: { ...configuration, topic: "users" },
    },
    {
      name: "SweptMapping",
      configuration: { ...configuration, topic: "swept" },
    },
  ]);
});

test("deleting a schedule stops it, whether or not its local period stays", () => {
  const text = DECLARATION_TEXT.replace(
    /    events:\n      - schedule:\n          rate: rate\(5[^]*?(?=\n  load_users)/,
    "",
  );

  const { schedules, functions } = readText(text);

  expect(Object.keys(functions)).toContain("produce-batch");
  expect(schedules.map(({ functionName }) => functionName)).toEqual(["sweep"]);
});

test("a disabled schedule does not run", () => {
  const { schedules } = readText(
    replaceOnce("enabled: true", "enabled: false"),
    {},
  );

  expect(schedules.map(({ functionName }) => functionName)).toEqual(["sweep"]);
});

test("the project's own declaration is understood", async () => {
  const { functions, mappings, schedules } = await loadDeclaration({});

  expect(mappings.map(({ configuration }) => configuration.topic)).toContain(
    "stream-events",
  );
  expect(schedules.map(({ functionName }) => functionName)).toContain(
    "close-windows",
  );
  expect(Object.keys(functions)).toContain("dead-letter");
});
