import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  FUNCTION_ERROR,
  produce,
  recordsOf,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

const PLAYS_ONLY = {
  FilterCriteria: {
    Filters: [{ Pattern: '{ "value": { "kind": ["play"] } }' }],
  },
};
const play = (name: string) => ({
  partition: 0,
  value: JSON.stringify({ kind: "play", name }),
});
const other = { partition: 0, value: JSON.stringify({ kind: "other" }) };
const namesOf = (values: readonly string[]): unknown[] =>
  values.map((value) => {
    const { name }: { name: unknown } = JSON.parse(value);
    return name;
  });

test("14: what a filter keeps back is not sent, is counted once, and is covered by the commit", async () => {
  const topic = await createTopic();
  await produce(topic, other, play("a"), other, play("b"), other, other);

  const { mapping, events } = await startMapping(
    topic,
    PLAYS_ONLY,
    () => SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([6]);
  expect(namesOf(valuesOf(events))).toStrictEqual(["a", "b"]);
  await expect.poll(() => mapping.counters().CommittedEventCount).toBe(6);
  expect(mapping.counters()).toMatchObject({
    PolledEventCount: 6,
    FilteredOutEventCount: 4,
    SucceededEventCount: 2,
  });
});

test("14: a batch that is filtered out entirely is committed without an invocation", async () => {
  const topic = await createTopic();
  await produce(topic, other, other, other);

  const { mapping, events } = await startMapping(
    topic,
    PLAYS_ONLY,
    () => SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([3]);
  expect(events).toHaveLength(0);
  expect(mapping.counters()).toMatchObject({ FilteredOutEventCount: 3 });
});

test("14: filtered records behind one that fails are not committed before it", async () => {
  const topic = await createTopic();
  await produce(topic, other, play("a"), other);
  let isMended = false;

  const { mapping, events } = await startMapping(
    topic,
    PLAYS_ONLY,
    () => (isMended ? SUCCESS : FUNCTION_ERROR),
    { clock: createHastyClock([]) },
  );
  await expect.poll(() => events.length).toBeGreaterThan(1);
  await produce(topic, other);
  await expect.poll(() => mapping.counters().FilteredOutEventCount).toBe(3);
  expect((await committedOffsets(mapping.groupId, topic))[0]).toBeLessThan(2);
  isMended = true;

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([4]);
});

test("14: filtered records behind a batch that a stop gives up are not committed", async () => {
  const topic = await createTopic();
  await produce(topic, play("a"), other);
  const { mapping, events } = await startMapping(
    topic,
    PLAYS_ONLY,
    () => FUNCTION_ERROR,
  );
  await expect.poll(() => events).toHaveLength(1);

  await mapping.stop();

  expect(await committedOffsets(mapping.groupId, topic)).toStrictEqual([0]);
  expect(mapping.counters()).toMatchObject({ FilteredOutEventCount: 0 });
});

test("14: batches that the filter leaves empty advance the commit one after the other, and a restart polls none of them", async () => {
  const topic = await createTopic({ partitions: 2 });
  const parameters = {
    ...PLAYS_ONLY,
    SelfManagedKafkaEventSourceConfig: { ConsumerGroupId: `group-${topic}` },
  };
  const first = await startMapping(topic, parameters, () => SUCCESS);
  for (const sent of [1, 2, 3]) {
    await produce(topic, other, { ...other, partition: 1 });
    await expect
      .poll(() => committedOffsets(first.mapping.groupId, topic))
      .toStrictEqual([sent, sent]);
  }
  expect(first.events).toHaveLength(0);
  await first.mapping.stop();

  const second = await startMapping(topic, parameters, () => SUCCESS);
  await produce(topic, play("a"));
  await expect
    .poll(() => committedOffsets(second.mapping.groupId, topic))
    .toStrictEqual([4, 3]);

  expect(namesOf(valuesOf(second.events))).toStrictEqual(["a"]);
  expect(second.mapping.counters()).toMatchObject({
    PolledEventCount: 1,
    FilteredOutEventCount: 0,
  });
});

test("15: what a JSON pattern cannot be applied to goes to the function: text, broken JSON, bytes that are not UTF-8, a tombstone", async () => {
  const topic = await createTopic();
  const notApplicable = [
    Buffer.from("text"),
    Buffer.from('{"kind":"other"'),
    Buffer.from([0xff, 0xfe]),
    null,
  ];
  await produce(topic, ...notApplicable.map((value) => ({ value })), other);

  const { mapping, events } = await startMapping(
    topic,
    PLAYS_ONLY,
    () => SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([5]);
  expect(
    events.flatMap(recordsOf).map(({ value }) => value ?? null),
  ).toStrictEqual(
    notApplicable.map((value) => value?.toString("base64") ?? null),
  );
  expect(mapping.counters()).toMatchObject({
    FilteredOutEventCount: 1,
    SucceededEventCount: 4,
  });
});

test("15: a text pattern is evaluated on text and is not applied to JSON", async () => {
  const topic = await createTopic();
  const values = ["wanted", "unwanted", '{"kind":"other"}'];
  await produce(topic, ...values.map((value) => ({ value })));

  const { mapping, events } = await startMapping(
    topic,
    { FilterCriteria: { Filters: [{ Pattern: '{ "value": ["wanted"] }' }] } },
    () => SUCCESS,
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([3]);
  expect(valuesOf(events)).toStrictEqual(["wanted", '{"kind":"other"}']);
});
