import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const advanceWatermark = loadStatement(
  "queries/close-windows/advance_watermark",
);

const readWatermarkDelay = loadStatement(
  "queries/close-windows/read_watermark_delay",
);

const TOPIC = "stream-events";
const LATENESS_MS = 600_000;
const NEVER = "-infinity";

describe("while partitions deliver, the watermark", () => {
  test("is the oldest of their newest event times, less the allowed lateness", async () => {
    await deliverFromAll("2026-01-15T12:30:00.000001Z");
    await deliver(4, "2026-01-15T12:20:00.000001Z");

    await advance();

    expect(await watermark()).toBe("2026-01-15 12:10:00.000001+00");
  });

  test("never moves back", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");
    await advance();
    await deliverFromAll("2026-01-15T11:00:00Z");

    await advance();

    expect(await watermark()).toBe("2026-01-15 12:20:00+00");
  });

  test("waits for a partition that has delivered nothing yet", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");
    await deliver(9, null);

    await advance();

    expect(await watermark()).toBe(NEVER);
  });

  test("waits for a partition that is not known yet", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");
    await database.rows(
      "update topic_watermarks set partition_count = 12 where topic = $1",
      [TOPIC],
    );

    await advance();

    expect(await watermark()).toBe(NEVER);
    await database.rows(
      "update topic_watermarks set partition_count = 10 where topic = $1",
      [TOPIC],
    );
  });

  test("leaves idle partitions out, also those that never delivered", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");
    await deliver(3, "2026-01-15T09:00:00Z");
    await deliver(4, null);
    await markIdle([3, 4]);

    await advance();

    expect(await watermark()).toBe("2026-01-15 12:20:00+00");
  });

  test("follows the newest incarnation of a topic that was made anew", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");
    await database.rows(
      "insert into partition_ledger (topic, partition, incarnation, newest_event_at) values ($1, 0, 2, '2026-01-15 12:15:00+00')",
      [TOPIC],
    );

    await advance();

    expect(await watermark()).toBe("2026-01-15 12:05:00+00");
  });

  test("of another topic is left alone", async () => {
    await deliverFromAll("2026-01-15T12:30:00Z");

    await advance();

    expect(
      await database.list(
        "select distinct watermark from topic_watermarks where topic <> $1",
        [TOPIC],
      ),
    ).toEqual([[NEVER]]);
  });
});

describe("when every partition is idle, the watermark", () => {
  test("goes to the end of the newest window that holds a play", async () => {
    await insertFacts(database.owner, [
      { id: 1, at: "2026-01-15T12:03:00Z" },
      { id: 2, at: "2026-01-15T12:34:00Z" },
    ]);
    await deliverFromAll("2026-01-15T12:34:00Z");
    await markAllIdle();

    await advance();

    // The hour of the plays ends last.
    expect(await watermark()).toBe("2026-01-15 13:00:00+00");
  });

  test("goes no further than the database's clock less the allowed lateness", async () => {
    await insertFacts(database.owner, [{ id: 1, at: await clockAfter("0") }]);
    await markAllIdle();

    await advance();

    const [[isCapped] = []] = await database.list(
      "select watermark between clock_timestamp() - interval '11 minutes' and clock_timestamp() - interval '10 minutes' from topic_watermarks where topic = $1",
      [TOPIC],
    );
    expect(isCapped).toBe(true);
  });

  test("stays where no window holds a play: a clock that is ahead moves nothing", async () => {
    await deliverFromAll("2026-01-15T12:34:00Z");
    await advance();
    await markAllIdle();

    await advance();

    expect(await watermark()).toBe("2026-01-15 12:24:00+00");
  });

  test("of an empty topic stays where it is", async () => {
    await markAllIdle();

    await advance();

    expect(await watermark()).toBe(NEVER);
  });
});

describe("closing is due", () => {
  test("as soon as an open window that holds plays ends at the watermark", async () => {
    await insertFacts(database.owner, [{ id: 1 }]);
    await deliverFromAll("2026-01-15T12:14:59.999999Z");
    expect(await advance()).toBe(false);

    await deliverFromAll("2026-01-15T12:15:00Z");

    expect(await advance()).toBe(true);
  });

  test("no longer once the frontier has passed that window", async () => {
    await insertFacts(database.owner, [{ id: 1 }]);
    await deliverFromAll("2026-01-15T12:15:00Z");
    await database.rows(
      "update window_frontiers set closed_until = '2026-01-15 12:05:00+00' where window_kind = 'minutes'",
    );

    expect(await advance()).toBe(false);
  });

  test("never for windows that hold no plays", async () => {
    await deliverFromAll("2026-01-15T18:00:00Z");

    expect(await advance()).toBe(false);
  });
});

describe("the watermark's delay", () => {
  test("is its age by the database's clock, in milliseconds", async () => {
    await setWatermark("clock_timestamp() - interval '90 seconds'");

    const [delayMs] = await readDelays();

    expect(delayMs).toBeGreaterThanOrEqual(90_000);
    expect(delayMs).toBeLessThan(120_000);
  });

  test("is never below zero", async () => {
    await setWatermark("clock_timestamp() + interval '1 minute'");

    expect(await readDelays()).toEqual([0]);
  });

  test("is unknown before the watermark first moved", async () => {
    await setWatermark("'-infinity'");

    expect(await readDelays()).toEqual([]);
  });
});

function setWatermark(expression: string) {
  return database.rows(
    `update topic_watermarks set watermark = ${expression} where topic = $1`,
    [TOPIC],
  );
}

async function readDelays(): Promise<number[]> {
  const closer = await database.connect("closer");
  const { rows } = await closer.query<{ delay_ms: number }>(
    readWatermarkDelay.text,
    [TOPIC],
  );
  return rows.map(({ delay_ms: delayMs }) => delayMs);
}

async function advance(): Promise<unknown> {
  const closer = await database.connect("closer");
  const { rows } = await closer.query<{ is_closing_due: boolean }>(
    advanceWatermark.text,
    [TOPIC, LATENESS_MS],
  );
  return rows[0]?.is_closing_due;
}

async function watermark(): Promise<unknown> {
  const [row] = await database.rows(
    "select watermark::text from topic_watermarks where topic = $1",
    [TOPIC],
  );
  return row?.["watermark"];
}

function deliver(partition: number, newestEventAt: string | null) {
  return database.rows(
    "update partition_ledger set newest_event_at = $3 where topic = $1 and partition = $2",
    [TOPIC, partition, newestEventAt],
  );
}

function deliverFromAll(newestEventAt: string) {
  return database.rows(
    "update partition_ledger set newest_event_at = $2 where topic = $1",
    [TOPIC, newestEventAt],
  );
}

function markIdle(partitions: readonly number[]) {
  return database.rows(
    "update partition_ledger set is_idle = true where topic = $1 and partition = any ($2)",
    [TOPIC, partitions],
  );
}

function markAllIdle() {
  return database.rows(
    "update partition_ledger set is_idle = true where topic = $1",
    [TOPIC],
  );
}

async function clockAfter(interval: string): Promise<string> {
  const [row] = await database.rows(
    `select to_char((clock_timestamp() + $1::interval) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at`,
    [interval],
  );
  return String(row?.["at"]);
}
