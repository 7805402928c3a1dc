import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { afterEach, expect, test } from "vitest";
import { startKafka } from "#compose/embedded/kafka-broker.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import {
  startMapping,
  SUCCESS,
  valuesOf,
} from "#tests/conformance/mapping-under-test.ts";

const JARS_DIR = fileURLToPath(
  new URL("../../.data/kafka-jars", import.meta.url),
);
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startBroker(
  dataDir: string,
  port: number,
): Promise<{ pid: number }> {
  const broker = await startKafka({
    dataDir,
    jarsDir: JARS_DIR,
    port,
    onProgress: () => undefined,
  });
  closing.push(() => broker.stop());
  return broker;
}

test("24: a broker that is killed and started again costs no record, and the same poller goes on", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "mapping-broker-killed-"));
  closing.push(() => rm(dataDir, { recursive: true, force: true }));
  const port = await findFreePort();
  const broker = await startBroker(dataDir, port);
  const bootstrapServer = `127.0.0.1:${port}`;
  const topic = "survives";
  const values = Array.from({ length: 2000 }, (_, index) => String(index));
  const client = new Kafka({
    brokers: [bootstrapServer],
    logLevel: logLevel.NOTHING,
  });
  const admin = client.admin();
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
  });
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 4 }] });
  await producer.connect();
  await producer.send({
    topic,
    messages: values.map((value, index) => ({ value, partition: index % 4 })),
  });
  await Promise.all([producer.disconnect(), admin.disconnect()]);
  const { promise: isHalfway, resolve: reachHalfway } =
    Promise.withResolvers<void>();
  const { promise: isKilled, resolve: goOn } = Promise.withResolvers<void>();

  const { mapping, events } = await startMapping(
    topic,
    {
      BatchSize: 10,
      ProvisionedPollerConfig: {},
      SelfManagedEventSource: {
        Endpoints: { KAFKA_BOOTSTRAP_SERVERS: [bootstrapServer] },
      },
    },
    async (_, attempt) => {
      if (attempt === 100) reachHalfway();
      if (attempt >= 100) await isKilled;
      return SUCCESS;
    },
  );
  await isHalfway;
  process.kill(broker.pid, "SIGKILL");
  goOn();
  await expect
    .poll(() => mapping.lastProcessingResult, { timeout: 30_000 })
    .toMatch(/^PROBLEM: /);
  expect(mapping.counters().CommittedEventCount).toBeLessThan(
    valuesOf(events).length,
  );
  await startBroker(dataDir, port);

  await expect
    .poll(() => mapping.counters().CommittedEventCount, { timeout: 60_000 })
    .toBe(2000);
  expect(new Set(valuesOf(events))).toStrictEqual(new Set(values));
  // The process has not forgotten what it handled and could not commit.
  expect(valuesOf(events)).toHaveLength(2000);
  await mapping.stop();
}, 180_000);
