import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";
import {
  committedOffsets,
  produceNumbered,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

const HANGING_MAPPING = fileURLToPath(
  new URL("../fixtures/functions/hanging-mapping.ts", import.meta.url),
);

test("offsets are committed only after success, as the last handled offset + 1", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 3);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();

  const { mapping, events } = await startMapping(topic, {}, async () => {
    await released;
    return SUCCESS;
  });
  await expect.poll(() => events).toHaveLength(1);
  expect(await committedOffsets(mapping.groupId, topic)).toStrictEqual([0]);
  release();

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([3]);
  expect(mapping.lastProcessingResult).toBe("OK");
  expect(mapping.counters()).toMatchObject({
    SumOffsetLag: 0,
    CommittedEventCount: 3,
  });
});

test("killing the process between invoke and commit gives the same records again", async () => {
  const topic = await createTopic();
  const groupId = `group-${topic}`;
  await produceNumbered(topic, [0], 3);
  const killed = spawn(
    process.execPath,
    [HANGING_MAPPING, kafkaBootstrapServers(), topic, groupId],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const exited = once(killed, "exit");
  const [invokedWith] = await once(
    createInterface({ input: killed.stdout }),
    "line",
  );
  killed.kill("SIGKILL");
  expect(await exited).toStrictEqual([null, "SIGKILL"]);

  const { events } = await startMapping(
    topic,
    { SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: groupId } },
    () => SUCCESS,
  );

  expect(invokedWith).toBe("0:0,0:1,0:2");
  await expect
    .poll(() => valuesOf(events).join(","), { timeout: 30_000 })
    .toBe(invokedWith);
});

test("stopping finishes the invocation in flight, commits it, and leaves what waits for its retry", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 1);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { mapping, events } = await startMapping(
    topic,
    { BatchSize: 1, ProvisionedPollerConfig: {} },
    async (event) => {
      if (valuesOf([event]).includes("1:0")) return { kind: "throttled" };
      await released;
      return SUCCESS;
    },
  );
  await expect.poll(() => events.length).toBeGreaterThanOrEqual(2);

  const stopped = mapping.stop();
  expect(mapping.state).toBe("Disabling");
  release();
  await stopped;

  expect(mapping.state).toBe("Disabled");
  expect(await committedOffsets(mapping.groupId, topic)).toStrictEqual([1, 0]);
  expect(mapping.counters()).toMatchObject({
    PendingEventCount: 0,
    SucceededEventCount: 1,
    CommittedEventCount: 1,
  });
});
