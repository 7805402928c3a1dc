import { afterEach, describe, expect, test } from "vitest";

import { readRedriveHistory } from "#shared/domain/redrive-headers.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { useLetters } from "#tests/support/letters/use-letters.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const letters = useLetters(database, [STREAM_EVENTS_TOPIC]);

const TRACE = ["trace", Uint8Array.from([0, 255])] as const;
const MISSING = { dimension: "users", id: 777 } as const;
const ORPHAN = makeRecord({ id: 1, userId: MISSING.id });
/** A play whose user is no number. */
const MALFORMED = makeRecord({
  id: 1,
  rewrite: (json) => json.replace('"user_id":1', '"user_id":"x"'),
});
const mendedText = (userId: number) => textOf(makeRecord({ id: 1, userId }));

afterEach(() => database.owner.query("delete from users where user_id > 20"));

describe("a play as it was", () => {
  test("is sent with its bytes once it would be accepted, and its fact resolves the letter", async () => {
    const record = { ...ORPHAN, key: Buffer.from("a key"), headers: [TRACE] };
    const ids = await rejectOrphan(record);
    await insertMissingUser();

    expect(
      await letters.redrive(ids, {
        action: { actor: "ann@desk", note: "as agreed" },
      }),
    ).toEqual([{ id: ids[0], kind: "redriven" }]);

    const [sent] = await letters.takeSent();
    expect(sent).toMatchObject({
      key: record.key,
      value: Buffer.from(textOf(record)),
    });
    expect(sent?.headers).toContainEqual(["trace", Buffer.from(TRACE[1])]);
    expect(sent && readRedriveHistory(sent)).toEqual({
      attempt: 2,
      firstSeenAtMicros: record.timestampMs * 1000,
      origin: "stream-events-0-1",
    });
    expect(await readActions()).toEqual([
      [ids[0], "redriven", "ann@desk", "as agreed", true],
    ]);
    expect(await letters.readStates()).toEqual([["redriven", null]]);
    expect(await letters.apply(sent ? [sent] : [])).toEqual(["accepted"]);
    expect(await letters.redriveOnSchedule()).toMatchObject({ landed: 1 });
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
  });

  test("stays while it would be rejected, whoever asks for it, and waits as before", async () => {
    const ids = await rejectOrphan();
    const [other] = await letters.reject({ record: makeRecord({ id: 2 }) });

    expect(await letters.redrive([...ids, String(other)])).toEqual([
      {
        id: ids[0],
        kind: "left",
        why: "would be rejected again, unknown_reference: expected these to exist: users 777",
      },
      { id: other, kind: "redriven" },
    ]);
    expect(await sentTexts()).toEqual([textOf(makeRecord({ id: 2 }))]);
    expect(await letters.readStates()).toEqual([
      ["waiting", null],
      ["redriven", null],
    ]);
    expect(await readAwaited()).toEqual([["users", 777]]);
    expect(await readActions()).toHaveLength(1);
  });

  test.for([
    ["from the future", "2026-12-01T12:05:01Z", "future_timestamp"],
    ["from before the horizon", "2026-01-01T00:00:00Z", "older_than_retention"],
  ] as const)("that is %s stays", async ([, playedAt, reason]) => {
    await database.owner.query(
      "update retention_horizons set horizon = '2026-01-02' where kept = 'facts'",
    );
    const record = makeRecord({ id: 1, at: playedAt });
    const ids = await letters.reject({ record, reason });
    const [result] = await letters.redrive(ids, at("2026-12-01T12:00:00Z"));

    expect(result).toMatchObject({
      kind: "left",
      why: expect.stringContaining(`would be rejected again, ${reason}: `),
    });
    const [later] = await letters.redrive(ids, at("2026-12-01T12:00:01Z"));
    expect(later?.kind).toBe(
      reason === "future_timestamp" ? "redriven" : "left",
    );
  });

  test("that is a fact already is not sent, and its letter is resolved by whoever asked", async () => {
    const ids = await letters.reject({ record: makeRecord({ id: 1 }) });
    await insertFacts(database.owner, [{ id: 1 }]);

    expect(await letters.redrive(ids)).toEqual([
      { id: ids[0], kind: "landed" },
    ]);

    expect(await letters.takeSent()).toEqual([]);
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
    expect(await readActions()).toEqual([
      [ids[0], "redriven", "ann", null, true],
    ]);
  });

  test("of which handlers died is known by its id when it is sent, so that its fact resolves the letter", async () => {
    const ids = await letters.reject({
      record: makeRecord({ id: 1 }),
      reason: "handler_crash",
    });

    await letters.redrive(ids);
    const sent = await letters.takeSent();

    expect(await database.list("select event_id from dead_letters")).toEqual([
      [eventIdOf(1)],
    ]);
    await letters.apply(sent);
    await letters.redriveOnSchedule();
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
  });
});

describe("a mended play", () => {
  test("is sent under its own id, and its fact resolves the letter, which keeps the original", async () => {
    const record = { ...MALFORMED, key: null, headers: [TRACE] };
    const ids = await letters.reject({ record });

    const results = await letters.redrive(ids, {
      set: ["user_id=7"],
      action: { actor: "ann", note: "the app's fault" },
    });
    const [sent] = await letters.takeSent();

    expect(results).toEqual([{ id: ids[0], kind: "redriven" }]);
    expect(sent).toMatchObject({
      key: Buffer.from(eventIdOf(1)),
      value: Buffer.from(mendedText(7)),
    });
    expect(await readActions()).toEqual([
      [ids[0], "redriven", "ann", "set user_id=7; the app's fault", true],
    ]);
    expect(
      await database.list(
        "select original_key, original_value, mended_value from dead_letters",
      ),
    ).toEqual([[null, Buffer.from(MALFORMED.value ?? []), sent?.value]]);
    expect(await letters.apply(sent ? [sent] : [])).toEqual(["accepted"]);
    await letters.redriveOnSchedule();
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
  });

  test("that is still invalid stays as it was", async () => {
    const ids = await letters.reject({ record: MALFORMED });

    expect(await letters.redrive(ids, { set: ["song_id=7"] })).toEqual([
      {
        id: ids[0],
        kind: "left",
        why: "still invalid: /user_id: expected an integer from 1 to 2147483647",
      },
    ]);
    expect(await letters.redrive(ids, { set: ["user_id=777"] })).toEqual([
      expect.objectContaining({
        kind: "left",
        why: expect.stringContaining("unknown_reference"),
      }),
    ]);
    expect(await letters.takeSent()).toEqual([]);
    expect(
      await database.list("select state, mended_value from dead_letters"),
    ).toEqual([["waiting", null]]);
  });

  test("waits for its old references no longer, and is not sent again when they arrive", async () => {
    const ids = await rejectOrphan();

    await letters.redrive(ids, { set: ["user_id=7"] });
    await insertMissingUser();
    const summary = await letters.redriveOnSchedule();

    expect(await readAwaited()).toEqual([]);
    expect(summary).toMatchObject({ redriven: 0 });
    expect(await sentTexts()).toEqual([mendedText(7)]);
  });

  test("with another id is another play than the fact that had it first", async () => {
    await insertFacts(database.owner, [{ id: 1, isLiked: true }]);
    const ids = await letters.reject({
      record: makeRecord({ id: 1 }),
      reason: "conflicting_duplicate",
    });
    await letters.redriveOnSchedule();

    expect(await letters.redrive(ids)).toEqual([
      expect.objectContaining({
        kind: "left",
        why: "would be rejected again, conflicting_duplicate: /event_id: a play with this id and another payload is a fact",
      }),
    ]);
    await letters.redrive(ids, { set: [`event_id=${eventIdOf(2)}`] });
    const sent = await letters.takeSent();

    expect(sent.map(({ key }) => String(key))).toEqual([eventIdOf(2)]);
    expect(await letters.apply(sent)).toEqual(["accepted"]);
    await letters.redriveOnSchedule();
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
  });

  test("that was lost is sent once more as it was mended, by the schedule", async () => {
    const ids = await letters.reject({ record: MALFORMED });
    await letters.redrive(ids, { set: ["user_id=7"] });
    const [first] = await letters.takeSent();
    await loseWhatWasSent();

    expect(await letters.redriveOnSchedule()).toMatchObject({
      requeued: 1,
      redriven: 1,
    });

    const [second] = await letters.takeSent();
    expect(second).toMatchObject({ key: first?.key, value: first?.value });
    expect(second && readRedriveHistory(second).attempt).toBe(3);
    expect(
      await letters.apply([first, second].filter((sent) => sent !== undefined)),
    ).toEqual(["accepted", "duplicate"]);
    await letters.redriveOnSchedule();
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
  });

  test("that was given up is sent as it was mended, or mended further", async () => {
    const ids = await letters.reject({ record: MALFORMED });
    await letters.redrive(ids, { set: ["user_id=7"] });
    await loseWhatWasSent();
    await database.owner.query(
      "update dead_letters set state = 'buried', resolution = 'by_operator'",
    );

    await letters.redrive(ids, { set: ["song_id=8"] });

    expect(await sentTexts()).toEqual([
      mendedText(7),
      textOf(makeRecord({ id: 1, userId: 7, songId: 8 })),
    ]);
    expect(await letters.readStates()).toEqual([["redriven", null]]);
  });
});

test("of several plays with one id the first is sent, equal ones with it, and another one stays", async () => {
  const ids = await letters.reject(
    { record: makeRecord({ id: 1, offset: 1 }) },
    { record: makeRecord({ id: 1, offset: 2, isLiked: true }) },
    { record: makeRecord({ id: 1, offset: 3 }) },
    { record: makeRecord({ id: 1, offset: 4, userId: MISSING.id }) },
  );

  const results = await letters.redrive(ids);
  const sent = await letters.takeSent();

  expect(results.map(({ kind }) => kind)).toEqual([
    "redriven",
    "left",
    "redriven",
    "left",
  ]);
  expect(results[1]).toMatchObject({
    why: "would be rejected again, conflicting_duplicate: /event_id: a play with this id and another payload is sent before it",
  });
  expect(await letters.apply(sent)).toEqual(["accepted", "duplicate"]);
  expect(await letters.redriveOnSchedule()).toMatchObject({ landed: 2 });
});

test("a letter that is on its way, or settled, is left with the reason", async () => {
  const ids = await letters.reject(
    { record: makeRecord({ id: 1 }) },
    { record: makeRecord({ id: 2 }) },
  );
  await letters.redrive(ids);
  await letters.takeSent();
  await insertFacts(database.owner, [{ id: 2 }]);
  await letters.redriveOnSchedule();

  expect(await letters.redrive(ids)).toEqual([
    { id: ids[0], kind: "left", why: "it is redriven" },
    { id: ids[1], kind: "left", why: "it is resolved (landed)" },
  ]);
  expect(await letters.takeSent()).toEqual([]);
});

test("a record of the dead-letter topic that is no letter is not sent anywhere", async () => {
  const record = { ...MALFORMED, topic: "dead-letter-queue" };
  const ids = await letters.reject({ record, reason: "unreadable_letter" });

  for (const set of [[], ["user_id=7"]])
    expect(await letters.redrive(ids, { set })).toEqual([
      {
        id: ids[0],
        kind: "left",
        why: "records of dead-letter-queue are not sent again; export it and bury it",
      },
    ]);
  expect(await letters.readStates()).toEqual([["waiting", null]]);
});

test("each rejection counts, and an operator's redrive ends with it", async () => {
  let ids = await letters.reject({ record: makeRecord({ id: 1 }) });
  for (let attempt = 2; attempt <= 7; attempt += 1) {
    await letters.redrive(ids);
    const [sent] = await letters.takeSent();
    expect(sent && readRedriveHistory(sent).attempt).toBe(attempt);
    if (sent !== undefined) ids = await letters.reject({ record: sent });
    expect(await letters.redriveOnSchedule()).toMatchObject({ redriven: 0 });
  }

  expect(await letters.takeSent()).toEqual([]);
  expect(await letters.readStates()).toEqual([
    ...Array.from({ length: 6 }, () => ["resolved", "rejected_again"]),
    ["waiting", null],
  ]);
});

/** A clock that stands. */
function at(now: string) {
  return {
    clock: {
      now: () => Date.parse(now),
      elapsed: () => 0,
      delay: () => Promise.resolve(),
    },
  };
}

async function rejectOrphan(record = ORPHAN): Promise<string[]> {
  return letters.reject({
    record,
    reason: "unknown_reference",
    missingReferences: [MISSING],
  });
}

async function insertMissingUser(): Promise<void> {
  await database.owner.query(
    `insert into users (user_id, username, version_at, version_partition, version_offset)
     values (${MISSING.id}, 'late', '2026-01-01', 0, 0)`,
  );
}

/** The values that were sent, in the order in which they were. */
async function sentTexts(): Promise<string[]> {
  const sent = await letters.takeSent();
  return sent.toSorted((a, b) => a.timestampMs - b.timestampMs).map(textOf);
}

function textOf({ value }: Pick<KafkaRecord, "value">): string {
  return Buffer.from(value ?? []).toString();
}

/** Kafka has acknowledged a record and lost it: its partition was read beyond it. */
async function loseWhatWasSent(): Promise<void> {
  await database.owner.query(`
    update dead_letters set redriven_at = redriven_at - interval '1 hour';
    update partition_ledger set is_idle = true where topic = 'stream-events'`);
}

function readAwaited(): Promise<unknown[][]> {
  return database.list(
    "select dimension, reference_id from awaited_references",
  );
}

function readActions(): Promise<unknown[][]> {
  return database.list(
    `select dead_letter_id::text, action, actor, note, acted_at between now() - interval '1 minute' and clock_timestamp()
     from dead_letter_actions where actor <> 'schedule' order by action_id`,
  );
}
