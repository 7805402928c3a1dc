import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startKafka, stopKafka } from "#compose/embedded/kafka-broker.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";

import { startSilentServer } from "#tests/integration/shared/adapters/kafka/silent-server.ts";

const JARS_DIR = fileURLToPath(
  new URL("../../.data/kafka-jars", import.meta.url),
);
const RECORD = { key: "1", value: "{}" };
let dataDir: string;
let port: number;
let connection: { bootstrapServers: string[] };

// A broker of its own: the others of this run are using theirs.
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "broker-restart-"));
  port = await findFreePort();
  connection = { bootstrapServers: [`127.0.0.1:${port}`] };
});
afterAll(async () => {
  await stopKafka(dataDir);
  await rm(dataDir, { recursive: true, force: true });
});

test("a publisher and a reader of offsets survive the restart of the broker that they are connected to", async () => {
  const publisher = createRecordPublisher(connection);
  const offsets = createTopicOffsets(connection);
  try {
    // Given both are connected
    const broker = await startBroker();
    await createTopics(connection, [
      { topic: "plays", partitions: 1, config: {} },
    ]);
    await publisher.publish("plays", [RECORD]);
    expect(await offsets.readEndOffsets("plays")).toEqual(new Map([[0, 1]]));

    // When the broker goes
    await broker.stop();

    // Then both fail within 20 s, each time
    for (let round = 0; round < 2; round += 1) {
      await expectFailure(() => publisher.publish("plays", [RECORD]));
      await expectFailure(() => offsets.readEndOffsets("plays"));
    }

    // And the same ones work when it is back
    await startBroker();
    await publisher.publish("plays", [RECORD]);
    expect(await offsets.readEndOffsets("plays")).toEqual(new Map([[0, 2]]));
  } finally {
    await publisher.close();
    await offsets.close();
  }
});

test("a publisher whose first broker said nothing publishes once a real one has taken its place", async () => {
  const publisher = createRecordPublisher(connection);
  try {
    // Given a broker that accepts the connection and then goes without a word
    await stopKafka(dataDir);
    const silent = await startSilentServer(port);
    const attempt = publisher.publish("plays", [RECORD]);
    const [outcome] = await Promise.allSettled([attempt, silent.close()]);
    expect(outcome).toMatchObject({
      status: "rejected",
      reason: { code: "kafka_failed", retry: true },
    });

    await startBroker();

    await publisher.publish("plays", [RECORD]);
  } finally {
    await publisher.close();
  }
});

function startBroker() {
  return startKafka({
    dataDir,
    jarsDir: JARS_DIR,
    port,
    onProgress: () => undefined,
  });
}

async function expectFailure(work: () => Promise<unknown>): Promise<void> {
  const startedAtMs = performance.now();
  await expect(work()).rejects.toMatchObject({
    name: "PipelineError",
    code: "kafka_failed",
    domain: "external",
    retry: true,
  });
  expect(performance.now() - startedAtMs).toBeLessThan(20_000);
}
