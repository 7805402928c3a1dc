import { beforeEach, describe, expect, test } from "vitest";

import { aggregateMicroBatch } from "#functions/aggregate-micro-batch/aggregate-micro-batch.ts";
import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { PLENTY_OF_TIME } from "#tests/support/invocation-time.ts";
import { playPart } from "#tests/support/races/play-part.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const LITTLE_TIME = { getRemainingTimeInMillis: () => 2500 };

/** Two partitions, one after the other as in an event: a quarter of the records, and the others. */
const RECORDS = Array.from({ length: 40 }, (_, index) =>
  makeRecord({
    id: index + 1,
    partition: index < 10 ? 0 : 1,
    offset: index < 10 ? index : index - 10,
  }),
);

let warehouse: ReturnType<typeof createStreamEventWarehouse>;
beforeEach(() => {
  warehouse = createStreamEventWarehouse({
    databaseUrl: database.url("ingest"),
    applicationName: "partial-response",
    transactionTimeoutMs: 30_000,
  });
  return () => warehouse.close();
});

describe("a micro-batch for which time runs short", () => {
  test("is committed as far as possible, and the rest is reported", async () => {
    const { batchItemFailures, summary } = await applyWhilePartitionIsHeld();

    expect(batchItemFailures).toEqual(
      RECORDS.slice(10).map(({ offset }) => ({
        itemIdentifier: { partition: "stream-events-1", offset },
      })),
    );
    expect(summary).toMatchObject({ accepted: 10, rest: 30 });
    expect(await readLedger()).toEqual([
      [0, "{[0,10)}", 10, 0],
      [1, "{}", 0, 0],
    ]);
  });

  test.for([
    ["the records that were listed", false],
    ["everything from the lowest failed offset of each partition", true],
  ] as const)(
    "is complete once %s have come again",
    async ([, isFromLowest]) => {
      const { batchItemFailures } = await applyWhilePartitionIsHeld();
      const failed = batchItemFailures.map(
        ({ itemIdentifier }) => itemIdentifier.offset,
      );
      const again = RECORDS.slice(10).filter(({ offset }) =>
        isFromLowest ? offset >= Math.min(...failed) : failed.includes(offset),
      );

      const { batchItemFailures: left } = await handle(PLENTY_OF_TIME, again);

      expect(left).toEqual([]);
      expect(await readLedger()).toEqual([
        [0, "{[0,10)}", 10, 0],
        [1, "{[0,30)}", 30, 0],
      ]);
      expect(await database.list("select from stream_events")).toHaveLength(40);
    },
  );
});

test("a micro-batch with time enough is one transaction and reports nothing", async () => {
  const { batchItemFailures } = await handle(PLENTY_OF_TIME);

  expect(batchItemFailures).toEqual([]);
  expect(
    await database.list("select distinct xmin::text from stream_events"),
  ).toHaveLength(1);
});

test("where nobody reads the report, the whole micro-batch fails instead and nothing is committed", async () => {
  const holder = await holdPartition();

  await expect(
    handle(LITTLE_TIME, RECORDS, { reportsRest: false, limitMs: 1000 }),
  ).rejects.toMatchObject({ code: "postgres_out_of_time", retry: true });

  await holder.say("rollback");
  expect(await database.list("select from stream_events")).toEqual([]);
});

async function applyWhilePartitionIsHeld() {
  const holder = await holdPartition();
  const answer = await handle(LITTLE_TIME);
  await holder.say("rollback");
  return answer;
}

/** Whoever wants the partition 1 waits until this rolls back. */
async function holdPartition() {
  const holder = await playPart(database, "ingest", "holder");
  await holder.say("begin");
  await holder.run("ledger/lock_partitions", [STREAM_EVENTS_TOPIC, [1]]);
  return holder;
}

function handle(
  time: typeof PLENTY_OF_TIME,
  records = RECORDS,
  {
    reportsRest = true,
    limitMs,
  }: { readonly reportsRest?: boolean; readonly limitMs?: number } = {},
) {
  return aggregateMicroBatch({
    warehouse: {
      applyMicroBatch: (microBatch, publish, wantedMs) =>
        warehouse.applyMicroBatch(microBatch, publish, limitMs ?? wantedMs),
    },
    attempts: warehouse,
    reportsRest,
    deadLetterTopic: { publish: () => Promise.resolve() },
    closeDueWindows: () => Promise.resolve({}),
  })({ records }, time);
}

function readLedger() {
  return database.list(
    `select partition, handled_offsets::text, accepted_count, redelivered_count
     from partition_ledger where topic = 'stream-events' and partition < 2 order by 1`,
  );
}
