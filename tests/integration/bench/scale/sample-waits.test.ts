import { Client } from "pg";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  test,
  vi,
} from "vitest";

import type { DatabaseRole } from "#compose/embedded/secrets.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { loadStatement } from "#shared/sql.ts";
import { openObserver } from "#tests/bench/open-observer.ts";
import {
  classifyWaits,
  INVOCATION,
} from "#tests/bench/scale/classify-waits.ts";
import { forkWaitSampler } from "#tests/bench/scale/fork-sampler.ts";
import { listFaults } from "#tests/bench/scale/judge-waits.ts";
import type { WaitSampler } from "#tests/bench/scale/sample-waits.ts";
import {
  NOT_DURABLE,
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";

const lockPartitions = loadStatement("queries/ledger/lock_partitions").text;
const lockFrontiersShared = loadStatement(
  "queries/aggregate-micro-batch/lock_frontiers_shared",
).text;
const lockFrontiers = loadStatement(
  "queries/close-windows/lock_frontiers_exclusive",
).text;
/** Some samples are taken meanwhile. */
const WAITED = "100 milliseconds";

let servers: PipelineServers;
let observer: Client;
let sampler: WaitSampler;
const clients: Client[] = [];

// Servers of its own: what the observer is granted holds for the whole cluster.
beforeAll(async () => {
  servers = await startServers({ postgresSettings: NOT_DURABLE });
  observer = new Client({ connectionString: await openObserver(servers) });
  await observer.connect();
});
afterAll(async () => {
  await observer.end();
  await servers.stop();
});
beforeEach(async () => {
  sampler = await forkWaitSampler(servers.connections.databaseUrls.owner);
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

test("an invocation that waits for another one's partition is noticed, with what both run", async () => {
  const [first, second] = [await begin("ingest"), await begin("ingest")];
  await first.query(lockPartitions, [STREAM_EVENTS_TOPIC, [0, 1]]);
  const waiting = second.query(lockPartitions, [STREAM_EVENTS_TOPIC, [1, 2]]);
  await untilOneHasWaited();
  await first.query("rollback");
  await waiting;

  const waits = classifyWaits(await sampler.stop());

  expect(waits.between_invocations.count).toBe(1);
  expect(waits.between_invocations.longest_ms).toBeGreaterThan(50);
  const [longest] = waits.between_invocations.longest;
  expect(longest?.statement).toMatch(/^select .* from partition_ledger/);
  expect(longest?.blocking_statements).toEqual([longest?.statement]);
  expect(listFaults(waits)).toContainEqual(
    expect.stringContaining("an invocation waited for another one"),
  );
});

test("invocations of different partitions that hold the frontiers are seen to wait for nothing", async () => {
  for (const partition of [0, 1]) {
    const client = await begin("ingest");
    await client.query(lockPartitions, [STREAM_EVENTS_TOPIC, [partition]]);
    await client.query(lockFrontiersShared);
  }

  const waits = classifyWaits(await sampler.stop());

  expect(waits.samples).toBeGreaterThan(0);
  expect(waits.between_invocations.count).toBe(0);
  expect(waits.closer.count).toBe(0);
});

test("the closer that waits for a micro-batch, and the one that waits behind it, are the closer's cut", async () => {
  const [first, second, closer] = [
    await begin("ingest"),
    await begin("ingest"),
    await begin("closer"),
  ];
  await first.query(lockFrontiersShared);
  const closing = closer.query(lockFrontiers);
  await untilOneHasWaited();
  const behind = second.query(lockFrontiersShared);
  await untilOneHasWaited(2);
  await first.query("rollback");
  await closing;
  await closer.query("rollback");
  await behind;

  const waits = classifyWaits(await sampler.stop());

  expect(waits.between_invocations.count).toBe(0);
  expect(waits.closer.longest.map(({ waiter }) => waiter).toSorted()).toEqual([
    "closer",
    "invocation",
  ]);
});

/** Opens a connection as the function does, in a transaction. */
async function begin(role: DatabaseRole): Promise<Client> {
  const client = new Client({
    connectionString: servers.connections.databaseUrls[role],
    application_name: INVOCATION,
  });
  await client.connect();
  clients.push(client);
  await client.query("begin");
  return client;
}

async function untilOneHasWaited(count = 1): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { rowCount } = await observer.query(
        `select from pg_locks where not granted and waitstart < clock_timestamp() - interval '${WAITED}'`,
      );
      return rowCount === count;
    },
    { timeout: 20_000, interval: 10 },
  );
}
