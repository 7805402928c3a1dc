import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  createMapping,
  FUNCTION_ERROR,
  kafkaAdmin,
  produceNumbered,
  SUCCESS,
} from "./mapping-under-test.ts";

const memberCount = async (groupId: string): Promise<number> => {
  const { groups } = await (await kafkaAdmin()).describeGroups([groupId]);
  return groups[0]?.members.length ?? 0;
};

test("28: a mapping is creating, enabled, disabling, disabled and deleting, and says how its last batch went", async () => {
  const topic = await createTopic();
  let answer = SUCCESS;
  const { mapping } = createMapping(topic, {}, () => answer);
  expect(mapping.state).toBe("Creating");
  expect(mapping.lastProcessingResult).toBe("No records processed");

  await mapping.start();
  expect(mapping.state).toBe("Enabled");
  await produceNumbered(topic, [0], 1);
  await expect.poll(() => mapping.lastProcessingResult).toBe("OK");
  answer = FUNCTION_ERROR;
  await produceNumbered(topic, [0], 1);
  await expect
    .poll(() => mapping.lastProcessingResult)
    .toMatch(/^PROBLEM: Function example failed/);

  const stopped = mapping.stop();
  expect(mapping.state).toBe("Disabling");
  await stopped;
  expect(mapping.state).toBe("Disabled");
  await mapping.delete();
  expect(mapping.state).toBe("Deleting");
});

test("28: deleting finishes the batch in flight and commits it", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 2);
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { mapping, events } = createMapping(topic, {}, async () => {
    await released;
    return SUCCESS;
  });
  await mapping.start();
  await expect.poll(() => events).toHaveLength(1);

  const deleted = mapping.delete();
  release();
  await deleted;

  expect(mapping.state).toBe("Deleting");
  expect(await committedOffsets(mapping.groupId, topic)).toStrictEqual([2]);
});

test("11: provisioned pollers become more while a partition is behind, never more than partitions, and fewer when idle", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 5);
  let answer = FUNCTION_ERROR;
  const { mapping } = createMapping(
    topic,
    { BatchSize: 1, ProvisionedPollerConfig: { MaximumPollers: 5 } },
    () => answer,
    {
      clock: createHastyClock([]),
      choices: { lagBatchesToGrow: 2, heartbeatIntervalMs: 200 },
    },
  );

  await mapping.start();
  await expect
    .poll(() => memberCount(mapping.groupId), { timeout: 30_000 })
    .toBe(2);
  answer = SUCCESS;

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
    .toStrictEqual([5, 5]);
  await expect
    .poll(() => memberCount(mapping.groupId), { timeout: 30_000 })
    .toBe(1);
  await expect
    .poll(() => mapping.partitions, { timeout: 30_000 })
    .toHaveLength(2);
});

test("11: no more pollers start than there are partitions", async () => {
  const topic = await createTopic();
  const { mapping } = createMapping(
    topic,
    { ProvisionedPollerConfig: { MinimumPollers: 3 } },
    () => SUCCESS,
  );

  await mapping.start();

  expect(await memberCount(mapping.groupId)).toBe(1);
});
