import { describe, expect, test } from "vitest";

import { produceBatch } from "#functions/produce-batch/produce-batch.ts";
import type {
  OutgoingRecord,
  RecordPublisher,
} from "#shared/ports/record-publisher.ts";

/** A publisher that keeps what it is given, by call. */
function createMemoryPublisher() {
  const calls: { topic: string; records: readonly OutgoingRecord[] }[] = [];
  const publisher: RecordPublisher = {
    publish: (topic, records) => {
      calls.push({ topic, records });
      return Promise.resolve();
    },
  };
  return { calls, publisher };
}

async function produce(event: unknown) {
  const { calls, publisher } = createMemoryPublisher();
  const outcome = await produceBatch({ publisher })(event);
  return { calls, outcome, records: calls.flatMap(({ records }) => records) };
}

const LIVE = { time: "2026-01-01T00:01:00Z", period: "1m", rate: 20, seed: 1 };
const RANGE = {
  count: 12_000,
  from: "2026-01-01T00:00:00Z",
  to: "2026-01-02T00:00:00Z",
};

describe("a scheduled event", () => {
  test("publishes the plays of the period that ends at its time, keyed by event_id", async () => {
    const { calls, outcome, records } = await produce(LIVE);

    expect(calls.map(({ topic }) => topic)).toEqual(["stream-events"]);
    expect(records).toHaveLength(1200);
    for (const { key, value } of records) {
      const play: { event_id: string; timestamp: string } = JSON.parse(
        String(value),
      );
      expect(key).toBe(play.event_id);
      expect(play.timestamp.slice(0, 16)).toBe("2026-01-01T00:00");
    }
    expect(outcome).toEqual({
      summary: {
        published: { "stream-events": 1200 },
        plays: {
          regular: 1200,
          late: 0,
          outOfOrder: 0,
          orphan: 0,
          malformed: 0,
          duplicate: 0,
        },
      },
    });
  });

  test("publishes the same once more, and the same in two halves", async () => {
    const { records } = await produce(LIVE);

    expect((await produce(LIVE)).records).toEqual(records);
    const first = await produce({
      ...LIVE,
      period: "30s",
      time: "2026-01-01T00:00:30Z",
    });
    const second = await produce({ ...LIVE, period: "30s" });
    expect([...first.records, ...second.records]).toEqual(records);
  });

  test("sends a duplicate right after its original and counts it", async () => {
    const { records, outcome } = await produce({ ...LIVE, duplicates: 1 });

    expect(records).toHaveLength(2400);
    expect(records.filter((_, index) => index % 2 === 0)).toEqual(
      records.filter((_, index) => index % 2 === 1),
    );
    expect(outcome.summary).toMatchObject({
      published: { "stream-events": 2400 },
      plays: { duplicate: 1200 },
    });
  });
});

describe("an event of a range", () => {
  test("publishes its plays in chunks of bounded size", async () => {
    const { calls, outcome } = await produce(RANGE);

    expect(calls.map(({ records }) => records.length)).toEqual([
      5000, 5000, 2000,
    ]);
    expect(outcome.summary.published).toEqual({ "stream-events": 12_000 });
  });

  test("cut by index publishes the same plays", async () => {
    const { records } = await produce(RANGE);

    const first = await produce({ ...RANGE, lastIndex: 6999 });
    const second = await produce({
      ...RANGE,
      firstIndex: 7000,
      lastIndex: 11_999,
    });
    expect([...first.records, ...second.records]).toEqual(records);
  });

  test("measures late plays by the allowed lateness that it names", async () => {
    const { records } = await produce({
      ...RANGE,
      lastIndex: 0,
      late: 1,
      allowedLateness: "30d",
    });

    const play: { timestamp: string } = JSON.parse(String(records[0]?.value));
    expect(play.timestamp < "2025-12-04").toBe(true);
  });
});

describe("an event of the catalogue", () => {
  test("publishes all dimensions, artists before albums", async () => {
    const { calls, outcome } = await produce({ catalogue: {} });

    expect(calls.map(({ topic }) => topic)).toEqual([
      "users",
      "artists",
      "albums",
      "songs",
      "devices",
      "locations",
    ]);
    expect(outcome).toEqual({
      summary: {
        published: {
          users: 100,
          artists: 50,
          albums: 100,
          songs: 500,
          devices: 10,
          locations: 50,
        },
      },
    });
  });

  test("publishes the dimensions and sizes that it names, keyed by id", async () => {
    const { records } = await produce({
      dimensions: ["users"],
      catalogue: { users: 3 },
      seed: 5,
    });

    expect(records.map(({ key }) => key)).toEqual(["1", "2", "3"]);
    expect(JSON.parse(String(records[2]?.value))).toMatchObject({ user_id: 3 });
  });
});

describe("any other event is refused with what is expected", () => {
  test.for([
    [{}, "names no time, no count and no dimensions"],
    [undefined, "names no time"],
    [{ key1: "value1", key2: "value2" }, "names no time"],
    [{ time: LIVE.time }, "period"],
    [{ ...LIVE, rate: 0 }, "rate"],
    [
      { ...LIVE, time: "noon" },
      'time is "noon"; expected an RFC 3339 timestamp',
    ],
    [
      { ...LIVE, period: "1 minute" },
      'period is "1 minute"; expected a duration',
    ],
    [{ ...LIVE, period: "25h" }, "period is longer than a day"],
    [{ ...LIVE, rat: 1 }, '"rat"'],
    [{ ...LIVE, count: 1 }, '"count"'],
    [
      { ...LIVE, late: 0.6, malformed: 0.5 },
      "late and outOfOrder, orphans, malformed add up to more than 1",
    ],
    [{ ...LIVE, duplicates: 1.1 }, "duplicates"],
    [{ ...LIVE, seed: -1 }, "seed"],
    [{ ...LIVE, catalogue: { users: 0 } }, "catalogue.users"],
    [{ ...LIVE, catalogue: { singers: 1 } }, '"singers"'],
    [{ ...RANGE, to: RANGE.from }, "to is not after from"],
    [{ ...RANGE, lastIndex: 12_000 }, "lastIndex is not below count"],
    [
      { ...RANGE, firstIndex: 12_000 },
      "firstIndex is above lastIndex, or not below count",
    ],
    [
      { ...RANGE, firstIndex: 5, lastIndex: 4 },
      "firstIndex is above lastIndex",
    ],
    [{ count: 1 }, "from"],
    [{ dimensions: [] }, "dimensions"],
    [{ dimensions: ["singers"] }, "dimensions.0"],
  ] as const)("%j", async ([event, message]) => {
    const { calls, publisher } = createMemoryPublisher();

    const refused = produceBatch({ publisher })(event);

    await expect(refused).rejects.toMatchObject({
      code: "invalid_produce_event",
      domain: "user",
      retry: false,
    });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow('{"dimensions": ["users"]}');
    expect(calls).toEqual([]);
  });
});

test("a publisher's error leaves the function, which publishes nothing more", async () => {
  const error = new Error("no broker");
  let calls = 0;
  const publisher: RecordPublisher = {
    publish: () => {
      calls += 1;
      return Promise.reject(error);
    },
  };

  await expect(produceBatch({ publisher })(RANGE)).rejects.toBe(error);
  expect(calls).toBe(1);
});
