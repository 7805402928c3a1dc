import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import {
  createInProcessInvoker,
  type InProcessInvoker,
} from "#compose/invokers/in-process/in-process-invoker.ts";
import {
  committedOffsets,
  createHastyClock,
  produce,
  startMapping,
  SUCCESS,
} from "#tests/conformance/mapping-under-test.ts";
import { createTopic } from "#tests/support/servers.ts";
import { encodeRecords } from "#tests/support/rows/encode-records.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const lines: string[] = [];
let invoker: InProcessInvoker;

const DEADLY = makeRecord({ id: 1, userId: 13 });
const GOOD = makeRecord({ id: 2 });
const OTHERS = [3, 4, 5, 6].map((id) => makeRecord({ id }));

beforeEach(() => {
  lines.length = 0;
  invoker = createInProcessInvoker({
    functions: {
      example: {
        handlerFile: fileURLToPath(
          new URL("../fixtures/functions/dies-of-a-play.ts", import.meta.url),
        ),
        handlerExport: "handler",
        timeoutMs: 30_000,
        memorySizeMb: 512,
        environment: { DATABASE_URL: database.url("ingest") },
        maximumConcurrency: 1,
      },
    },
    onLog: (_, line) => lines.push(line),
  });
});

afterEach(() => invoker.stop());

test("a record of which five handlers have died, each time alone, is rejected as handler_crash and counted", async () => {
  const outcomes: string[] = [];
  for (let attempt = 1; attempt <= 6; attempt += 1)
    outcomes.push(await invoke(DEADLY));

  expect(outcomes).toEqual([...Array<string>(5).fill("died"), "success"]);
  expect(rejectedLines()).toEqual(["rejected 1: handler_crash"]);
  expect(
    await database.list(
      "select handled_offsets::text, rejected_counts from partition_ledger where topic = 'stream-events' and partition = 0",
    ),
  ).toEqual([["{[1,2)}", { handler_crash: 1 }]]);
  expect(await readAttempts()).toEqual([]);
});

test("a handler that dies of an event of several records counts nothing", async () => {
  expect(await invoke(DEADLY, GOOD)).toBe("died");

  expect(await readAttempts()).toEqual([]);
});

test("an attempt that ends is forgotten, and others are not", async () => {
  await invoke(DEADLY);
  await invoke(DEADLY);

  expect(await invoke(GOOD)).toBe("success");

  expect(await readAttempts()).toEqual([[1, 2]]);
  expect(rejectedLines()).toEqual([]);
});

test("a record whose fifth handler does not die of it is applied like any other", async () => {
  await database.rows(
    `insert into record_attempts (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, attempt_count)
     values ($1, $2, $3, to_timestamp($4::bigint / 1000.0), sha256($5), 4)`,
    [
      GOOD.topic,
      GOOD.partition,
      GOOD.offset,
      GOOD.timestampMs,
      Buffer.concat([
        Buffer.from(`${GOOD.key?.length}:`),
        GOOD.key ?? Buffer.of(),
        Buffer.from(`${GOOD.value?.length}:`),
        GOOD.value ?? Buffer.of(),
      ]),
    ],
  );

  expect(await invoke(GOOD)).toBe("success");

  expect(await database.list("select from stream_events")).toHaveLength(1);
  expect(await readAttempts()).toEqual([]);
});

test("a mapping that bisects finds the record in its batch; all others land, and the batch is committed", async () => {
  const topic = await createTopic();
  await produce(
    topic,
    ...[GOOD, DEADLY, ...OTHERS].map(({ key, value }) => ({
      key: Buffer.from(key ?? []),
      value: Buffer.from(value ?? []),
    })),
  );

  const { mapping } = await startMapping(
    topic,
    { ProvisionedPollerConfig: {}, BisectBatchOnFunctionError: true },
    () => SUCCESS,
    { invoker, clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 60_000 })
    .toEqual([2 + OTHERS.length]);
  expect(rejectedLines()).toEqual(["rejected 1: handler_crash"]);
  expect(await database.list("select from stream_events")).toHaveLength(
    1 + OTHERS.length,
  );
  expect(mapping.counters()).toMatchObject({
    SucceededEventCount: 2 + OTHERS.length,
    DroppedEventCount: 0,
  });
});

/** What became of an invocation: `success`, or `died` where the function's process was gone. */
async function invoke(...records: readonly (typeof DEADLY)[]): Promise<string> {
  const result = await invoker.invoke("example", encodeRecords(records));
  if (result.kind !== "function_error") return result.kind;
  const payload = Buffer.from(result.payload ?? []).toString();
  return payload.includes("Runtime.ExitError") ? "died" : payload;
}

function rejectedLines(): string[] {
  return lines.filter((line) => line.startsWith("rejected"));
}

function readAttempts() {
  return database.list(
    "select source_offset, attempt_count from record_attempts order by 1",
  );
}
