import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadDeclaration } from "#compose/runner/load-declaration.ts";
import {
  NOT_DURABLE,
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";
import {
  findEmbeddedMetrics,
  summarizeMetrics,
} from "#tests/support/embedded-metrics/parse-embedded-metrics.ts";
import { runServerless } from "#tests/support/run-serverless.ts";
import { captureEvents } from "#tests/support/sample-events/capture-events.ts";
import { describeShape } from "#tests/support/sample-events/describe-shape.ts";
import { SAMPLES_FOLDER } from "#tests/support/sample-events/samples-folder.ts";

let servers: PipelineServers;
let captured: ReadonlyMap<string, string>;
let environment: Record<string, string> = {};
const functionNames = Object.keys((await loadDeclaration({})).functions);

beforeAll(async () => {
  servers = await startServers({ postgresSettings: NOT_DURABLE });
  const { databaseUrls, kafkaBootstrapServers } = await servers.copyDatabase();
  environment = {
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
    DATABASE_URL: databaseUrls.owner,
    INGEST_DATABASE_URL: databaseUrls.ingest,
    CLOSER_DATABASE_URL: databaseUrls.closer,
    READER_DATABASE_URL: databaseUrls.reader,
  };
  // It comes first, as a new broker does not know its consumer groups for a moment.
  captured = await captureEvents(servers);
});
afterAll(() => servers.stop());

const readSample = async (name: string) =>
  JSON.parse(
    await readFile(new URL(`${name}.json`, SAMPLES_FOLDER), "utf8"),
  ) as unknown;

const invokeLocal = (
  name: string,
  path: string,
  variables: Readonly<Record<string, string>> = {},
) =>
  runServerless(["invoke", "local", "-f", name, "--path", path], {
    ...environment,
    ...variables,
  });

describe("npx serverless invoke local", () => {
  test.each(functionNames)("runs %s with its sample event", async (name) => {
    const { exitCode, stdout } = await invokeLocal(
      name,
      `tests/fixtures/events/${name}.json`,
    );

    expect(stdout).toContain(`"service":"${name}"`);
    expect(stdout).toContain('"message":"invocation"');
    expect(findEmbeddedMetrics(stdout)).toEqual([]);
    expect(exitCode).toBe(0);
  });

  test("writes metrics where a namespace is set", async () => {
    const { stdout } = await invokeLocal(
      "dead-letter",
      "tests/fixtures/events/dead-letter.json",
      { STREAMING_METRICS_NAMESPACE: "music" },
    );

    const values = summarizeMetrics(findEmbeddedMetrics(stdout), "sum");
    const [accepted, duplicate] = ["Accepted", "Duplicate"].map(
      (outcome) => values[`Records${outcome}{service="dead-letter"}`] ?? NaN,
    );
    // A letter that is stored already counts as a duplicate.
    expect([
      [1, 0],
      [0, 1],
    ]).toContainEqual([accepted, duplicate]);
  });

  test("says what a function does not understand, and fails", async () => {
    const { exitCode, stderr } = await invokeLocal(
      "produce-batch",
      "tests/fixtures/events/load-dimensions.json",
    );

    expect(stderr).toContain('"code":"invalid_produce_event"');
    expect(exitCode).toBe(1);
  });
});

test("the sample events have the shape of those that the functions are given", async () => {
  expect([...captured.keys()].sort()).toEqual([...functionNames].sort());
  for (const [name, event] of captured) {
    expect({ [name]: describeShape(JSON.parse(event)) }).toEqual({
      [name]: describeShape(await readSample(name)),
    });
  }
});

test("a sample without a field has another shape", async () => {
  const sample = JSON.stringify(await readSample("load-dimensions"));

  expect(describeShape(JSON.parse(sample))).not.toEqual(
    describeShape(JSON.parse(sample.replaceAll('"headers":[]', '"header":[]'))),
  );
});
