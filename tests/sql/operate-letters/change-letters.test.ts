import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertLetters } from "#tests/support/rows/insert-letters.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const lockLetters = loadStatement("queries/operate-letters/lock_letters");
const markMended = loadStatement("queries/operate-letters/mark_mended");
const findSuperseded = loadStatement("queries/operate-letters/find_superseded");
const markRedriven = loadStatement("queries/redrive/mark_redriven");
const settleLetters = loadStatement("queries/redrive/settle_letters");
const USER_9 = { dimension: "users", id: 9 } as const;

describe("letters are locked", () => {
  test("in the order in which they were stored, with their record, whatever their state", async () => {
    const [first = 0, second = 0] = await insertLetters(database.owner, [
      {
        partition: 3,
        offset: 1041,
        attempt: 2,
        redriveCount: 1,
        origin: "stream-events-1-7",
        firstSeenAt: "2026-01-14T00:00:00.000001Z",
        mendedValue: Buffer.from("mended"),
        headers: [["AGE=", "AA=="]],
      },
      { state: "resolved", resolution: "landed", key: null, value: null },
    ]);
    const ingest = await database.connect("ingest");

    const { rows } = await ingest.query(lockLetters.text, [
      [second, first, 999_999_999],
    ]);

    expect(rows).toEqual([
      {
        dead_letter_id: String(first),
        state: "waiting",
        resolution: null,
        source_topic: "stream-events",
        source_partition: 3,
        source_offset: "1041",
        source_timestamp_ms: String(Date.parse("2026-01-15T14:00:00.123Z")),
        reason: "malformed_json",
        attempt: 3,
        first_seen_at: "2026-01-14T00:00:00.000001Z",
        origin: "stream-events-1-7",
        original_key: Buffer.from("key"),
        original_value: Buffer.from("{"),
        mended_value: Buffer.from("mended"),
        original_headers: [["AGE=", "AA=="]],
      },
      expect.objectContaining({
        dead_letter_id: String(second),
        state: "resolved",
        resolution: "landed",
        original_key: null,
        original_value: null,
        mended_value: null,
      }),
    ]);
  });

  test("until their transaction ends, and nobody waits for them", async () => {
    const ids = await insertLetters(database.owner, [{}, {}]);
    const [ann, bob] = [
      await database.connect("ingest"),
      await database.connect("ingest"),
    ];
    const idsFor = async (client: typeof ann, wanted: readonly number[]) => {
      await client.query("begin");
      const { rows } = await client.query<{ dead_letter_id: string }>(
        lockLetters.text,
        [wanted],
      );
      return rows.map((row) => Number(row.dead_letter_id));
    };

    expect(await idsFor(ann, ids.slice(0, 1))).toEqual(ids.slice(0, 1));
    expect(await idsFor(bob, ids)).toEqual(ids.slice(1));
    await Promise.all([ann.query("rollback"), bob.query("rollback")]);
    expect(await idsFor(bob, ids)).toEqual(ids);
  });
});

describe("a letter that is sent mended", () => {
  test("keeps the value, is known by its play's id, and waits for no reference any more", async () => {
    const [mended, original, other] = await insertLetters(database.owner, [
      { awaited: [USER_9], differsFromFact: true, eventId: eventIdOf(1) },
      { awaited: [USER_9], mendedValue: Buffer.from("old") },
      { awaited: [USER_9] },
    ]);

    await database.run(markMended, [
      [mended, original],
      [Buffer.from([0, 255]), null],
      [eventIdOf(2), null],
    ]);

    expect(
      await database.list(
        `select mended_value, event_id, differs_from_fact, original_value, state from dead_letters order by dead_letter_id`,
      ),
    ).toEqual([
      [Buffer.from([0, 255]), eventIdOf(2), false, Buffer.from("{"), "waiting"],
      [null, null, false, Buffer.from("{"), "waiting"],
      [null, null, false, Buffer.from("{"), "waiting"],
    ]);
    expect(
      await database.list("select dead_letter_id from awaited_references"),
    ).toEqual([[other]]);
  });
});

describe("what an operator does is written down with who, when and why", () => {
  const actions = `
    select dead_letter_id, action, actor, note, acted_at between now() - interval '1 minute' and clock_timestamp()
    from dead_letter_actions order by action_id`;

  test("a letter that is sent again counts one more, from whatever state", async () => {
    const ids = await insertLetters(database.owner, [
      { dueAt: "2026-01-15T16:00:00Z" },
      {
        state: "buried",
        resolution: "attempts_spent",
        settledAt: "2026-01-15T16:00:00Z",
        redriveCount: 4,
      },
    ]);

    await database.run(markRedriven, [ids, "ann@desk", "as agreed"]);

    expect(
      await database.list(
        "select state, redrive_count, due_at, resolution, settled_at from dead_letters order by dead_letter_id",
      ),
    ).toEqual([
      ["redriven", 1, null, null, null],
      ["redriven", 5, null, null, null],
    ]);
    expect(await database.list(actions)).toEqual(
      ids.map((id) => [id, "redriven", "ann@desk", "as agreed", true]),
    );
  });

  test("a letter that is given up waits for nothing any more; twice is once", async () => {
    const [id] = await insertLetters(database.owner, [
      { awaited: [USER_9], dueAt: "2026-01-15T16:00:00Z" },
    ]);
    const values = [[id], "buried", "by_operator", "buried", "ann", null];

    await database.run(settleLetters, values);
    await database.run(settleLetters, values);

    expect(
      await database.list(
        "select state, resolution, due_at, settled_at is not null from dead_letters",
      ),
    ).toEqual([["buried", "by_operator", null, true]]);
    expect(await database.list("select from awaited_references")).toEqual([]);
    expect(await database.list(actions)).toEqual([
      [id, "buried", "ann", null, true],
    ]);
  });

  test("nobody has done what nobody is named for", async () => {
    const [id] = await insertLetters(database.owner, [{}]);

    await database.run(settleLetters, [
      [id],
      "resolved",
      "landed",
      null,
      null,
      null,
    ]);

    expect(await database.list(actions)).toEqual([]);
  });
});

describe("a version of a dimension is superseded", () => {
  // Row 5 of each dimension has the version 2026-01-01, partition 0, offset 5.
  const SAME = {
    dimension: "users",
    id: 5,
    version_at: "2026-01-01T00:00:00Z",
    version_partition: 0,
    version_offset: 5,
  };

  test.for(["users", "artists", "albums", "songs", "devices", "locations"])(
    "by a newer row of %s, and by no older one",
    async (dimension) => {
      const versions = [
        { ...SAME, version_at: "2025-12-31T23:59:59.999Z" },
        { ...SAME, version_at: "2026-01-01T00:00:00.001Z" },
        { ...SAME, version_offset: 4 },
        SAME,
        { ...SAME, version_offset: 6 },
        { ...SAME, version_partition: 1, version_offset: 0 },
      ].map((version) => ({ ...version, dimension }));

      expect(await find(versions)).toEqual([0, 2]);
    },
  );

  test("by a row that has ended, but not by another one or none", async () => {
    await database.owner.query("begin");
    await database.owner.query(
      "update users set deleted_at = now(), version_offset = 9 where user_id = 5",
    );

    expect(
      await find([
        SAME,
        { ...SAME, dimension: "songs", version_offset: 5 },
        { ...SAME, id: 777 },
        { ...SAME, dimension: "plays" },
      ]),
    ).toEqual([0]);
    await database.owner.query("rollback");
  });
});

async function find(versions: readonly object[]): Promise<unknown[]> {
  const asked = versions.map((version, ordinal) => ({ ...version, ordinal }));
  const rows = await database.run(findSuperseded, [JSON.stringify(asked)]);
  return rows.map((row) => row["ordinal"]);
}
