import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  FUNCTION_ERROR,
  produce,
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
