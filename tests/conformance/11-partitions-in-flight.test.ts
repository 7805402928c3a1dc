import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  produceNumbered,
  recordsOf,
  startMapping,
  SUCCESS,
  type SentEvent,
} from "./mapping-under-test.ts";

const PARTITIONS = [0, 1, 2, 3, 4, 5];
const RECORDS = 10;
const FAILING = 0;

const partitionsOf = (event: SentEvent): number[] => [
  ...new Set(recordsOf(event).map(({ partition }) => partition)),
];

test("11: of two events of three partitions each, in flight at once, only the failing partition waits", async () => {
  const topic = await createTopic({ partitions: PARTITIONS.length });
  await produceNumbered(topic, PARTITIONS, RECORDS);
  const { promise: areBothInFlight, resolve: bothInFlight } =
    Promise.withResolvers<void>();
  let isHealthy = false;

  // when the second event begins before the first has its answer, and every record of one partition fails
  const { mapping, events } = await startMapping(
    topic,
    {
      BatchSize: 3 * RECORDS,
      MaximumBatchingWindowInSeconds: 30,
      ProvisionedPollerConfig: { MinimumPollers: 1, MaximumPollers: 1 },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    },
    async (event, attempt) => {
      if (attempt === 2) bothInFlight();
      await areBothInFlight;
      if (isHealthy) return SUCCESS;
      const batchItemFailures = recordsOf(event)
        .filter(({ partition }) => partition === FAILING)
        .map(({ partition, offset }) => ({
          itemIdentifier: { partition: `${topic}-${partition}`, offset },
        }));
      return {
        ...SUCCESS,
        payload: Buffer.from(JSON.stringify({ batchItemFailures })),
      };
    },
    {
      clock: createHastyClock([]),
      choices: { invocationsPerProvisionedPoller: 2 },
    },
  );

  // then its neighbours' commits advance while it is tried again, those of its own event included
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 10_000 })
    .toStrictEqual([0, 10, 10, 10, 10, 10]);
  const [first = [], second = []] = events.map(partitionsOf);
  expect([first.length, second.length]).toStrictEqual([3, 3]);
  expect(new Set([...first, ...second])).toStrictEqual(new Set(PARTITIONS));
  await expect.poll(() => events.length).toBeGreaterThan(3);

  isHealthy = true;
  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 10_000 })
    .toStrictEqual([10, 10, 10, 10, 10, 10]);
});
