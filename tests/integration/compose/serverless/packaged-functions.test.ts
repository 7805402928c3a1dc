import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { buildPage } from "#compose/page/build-page.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { packFunction } from "#compose/serverless/bundle/pack-function.ts";
import {
  NOT_DURABLE,
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";
import {
  findEmbeddedMetrics,
  summarizeMetrics,
} from "#tests/support/embedded-metrics/parse-embedded-metrics.ts";
import { SAMPLES_FOLDER } from "#tests/support/sample-events/samples-folder.ts";
import { startCollector } from "#tests/support/tracing/collector.ts";

const run = promisify(execFile);
const SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:";
/** In the place of the client in Lambda's runtime: secrets are variables of the process. */
const SECRETS_CLIENT = `
export class SecretsManager {
  async getSecretValue({ SecretId }) {
    return { SecretString: process.env["SECRET_" + SecretId.split(":").at(-1)] };
  }
}`;

let servers: PipelineServers;
let connections: Connections;
let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packaged-"));
  servers = await startServers({ postgresSettings: NOT_DURABLE });
  connections = await servers.copyDatabase();
  await write("node_modules/@aws-sdk/client-secrets-manager/package.json", [
    '{ "type": "module", "exports": "./index.js" }',
  ]);
  await write("node_modules/@aws-sdk/client-secrets-manager/index.js", [
    SECRETS_CLIENT,
  ]);
});
afterAll(async () => {
  await servers.stop();
  await rm(folder, { recursive: true });
});

async function write(
  path: string,
  [content = ""]: readonly (string | Uint8Array)[],
): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
}

async function packByName(name: string): Promise<Uint8Array> {
  const { archive } = await packFunction({
    root: PROJECT_ROOT,
    handlerModule: `functions/${name}/handler`,
    handlerExport: "handler",
  });
  return archive;
}

/** Unpacks the archive of a function as Lambda does and runs it in a process of its own with its sample event. */
async function runPackaged(
  name: string,
  role: "owner" | "ingest" | "reader",
  settings: Readonly<Record<string, string>> = {},
  changes: Readonly<Record<string, string>> = {},
): Promise<string> {
  const archive = await packByName(name);
  for (const [path, content] of Object.entries(unzipSync(archive)))
    await write(`${name}/${path}`, [content]);
  const entry = pathToFileURL(
    join(folder, name, "functions", name, "handler.mjs"),
  );
  const sample = await readFile(
    new URL(`${name}.json`, SAMPLES_FOLDER),
    "utf8",
  );
  const event = JSON.stringify({ ...JSON.parse(sample), ...changes });
  const script = `
    const { handler } = await import(${JSON.stringify(entry.href)});
    const answer = await handler(${event}, { getRemainingTimeInMillis: () => 60000 });
    process.stdout.write(JSON.stringify({ answer }) + "\\n", () => process.exit());`;
  const { stdout } = await run(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      cwd: folder,
      env: {
        KAFKA_BOOTSTRAP_SERVERS: connections.kafkaBootstrapServers,
        STREAMING_METRICS_NAMESPACE: "music",
        DATABASE_URL: `${SECRET}${role}`,
        [`SECRET_${role}`]: connections.databaseUrls[role],
        ...settings,
      },
    },
  );
  return stdout;
}

test("a packaged function reads its secret, then its settings, and works", async () => {
  const log = await runPackaged("load-dimensions", "ingest");

  expect(log).toMatch(/"message":"invocation".*"records":3.*"accepted":3/);
  expect(summarizeMetrics(findEmbeddedMetrics(log), "sum")).toMatchObject({
    'RecordsAccepted{service="load-dimensions"}': 3,
    'InvocationErrors{service="load-dimensions"}': 0,
  });
});

test("a packaged function has sent its spans when it answers, after which it is frozen", async () => {
  const collector = await startCollector();
  try {
    await runPackaged("load-dimensions", "ingest", {
      STREAMING_TRACES_ENDPOINT: collector.endpoint,
    });
  } finally {
    await collector.close();
  }

  expect(
    collector
      .spans()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual([
    "commit",
    "decode dimensions",
    "decode event",
    "process users",
    "transaction",
  ]);
});

test("the packaged set-up has the migrations with it", async () => {
  await expect(runPackaged("set-up", "owner")).resolves.toMatch(
    /"message":"invocation".*"migrations":\[\],"created_topics":\[\]/,
  );
});

const runDashboard = (changes: Readonly<Record<string, string>> = {}) =>
  runPackaged(
    "dashboard",
    "reader",
    { READER_DATABASE_URL: `${SECRET}reader` },
    changes,
  );
const hasPage = async (name: string) =>
  "bundle/assets/manifest.json" in unzipSync(await packByName(name));

describe("the packaged dashboard", () => {
  beforeAll(() => buildPage({ root: PROJECT_ROOT }));

  test("reads the database by its secret", async () => {
    await expect(runDashboard()).resolves.toMatch(
      /"message":"invocation".*"route":"answer","status":200/,
    );
  });

  test("has the page with it", async () => {
    const log = await runDashboard({
      rawPath: "/dashboards",
      rawQueryString: "",
    });

    expect(log).toMatch(/"answer":\{"statusCode":200,.*<!doctype html>/i);
  });

  test("is the only one that has it", async () => {
    expect(await hasPage("dashboard")).toBe(true);
    expect(await hasPage("redrive")).toBe(false);
  });
});

test("the same function gives the same archive", async () => {
  const first = await packByName("dead-letter");
  const second = await packByName("dead-letter");

  expect(Buffer.from(first).equals(Buffer.from(second))).toBe(true);
});
