import { afterEach, beforeEach, expect, test } from "vitest";

import { readDeadRecord } from "#functions/dead-letter/read-dead-record.ts";
import { planRedrive } from "#functions/redrive/plan-redrive.ts";
import { createDeadLetterStore } from "#shared/adapters/postgres/dead-letter-store.ts";
import { createRedriveStore } from "#shared/adapters/postgres/redrive-store.ts";
import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import { redriveRecord } from "#shared/domain/redrive-record.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type {
  MissingReference,
  RejectionReason,
} from "#shared/domain/rejection.ts";
import { DEAD_LETTER_TOPIC } from "#shared/domain/topics.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const ATTEMPT_LIMIT = 5;
const BACKOFF_MS = 60_000;
const THERE = { dimension: "users", id: 1 } as const;
const MISSING = { dimension: "users", id: 777 } as const;

const database = useDatabase();
const stores: { close(): Promise<void> }[] = [];
let letters: ReturnType<typeof createDeadLetterStore>;
let redrive: ReturnType<typeof openRedrive>;

beforeEach(() => {
  letters = createDeadLetterStore({
    databaseUrl: database.url("ingest"),
    applicationName: "test",
    transactionTimeoutMs: 10_000,
  });
  stores.push(letters);
  redrive = openRedrive();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await database.owner.query(
    "delete from users where user_id > 20; delete from albums where album_id > 10",
  );
});

test("a letter is due when the last of its references is there, however they come", async () => {
  await storeLetter({ id: 1, missing: [THERE, MISSING] });

  expect(await redrive.releaseArrived(10, BACKOFF_MS)).toBe(1);
  expect(await sendDue()).toEqual([]);
  await insertUser(MISSING.id);
  expect(await redrive.releaseArrived(10, BACKOFF_MS)).toBe(1);

  expect(await sendDue()).toEqual([1]);
  expect(await readStates()).toEqual([["redriven", null]]);
  expect(
    await database.list("select action, actor from dead_letter_actions"),
  ).toEqual([["redriven", "test"]]);
});

test("a dimension that arrived between check and rejection leaves nobody waiting", async () => {
  await storeLetter({ id: 1, missing: [THERE] });

  await redrive.releaseArrived(10, BACKOFF_MS);

  expect(await sendDue()).toEqual([1]);
});

test("two that release a letter's references at the same time do not leave it waiting", async () => {
  await storeLetter({ id: 1, missing: [THERE, { dimension: "songs", id: 1 }] });
  const other = openRedrive();
  for (let left = 2; left > 0;) {
    const released = await Promise.all([
      redrive.releaseArrived(1, BACKOFF_MS),
      other.releaseArrived(1, BACKOFF_MS),
    ]);
    left -= released[0] + released[1];
  }

  expect(await sendDue()).toEqual([1]);
});

test("two redrives at once send each letter once", async () => {
  for (let id = 1; id <= 40; id += 1)
    await storeLetter({ id, missing: [THERE] });
  await redrive.releaseArrived(100, BACKOFF_MS);
  const held = Promise.withResolvers<number[]>();
  const { promise: othersAreSent, resolve: goOn } =
    Promise.withResolvers<void>();

  const first = redrive.redriveDue(
    { limit: 5, isFlush: false },
    plan,
    async (due) => {
      held.resolve(due.map(({ record }) => record.offset));
      await othersAreSent;
    },
  );
  const sentByFirst = await held.promise;
  const sentByOther = await sendDue(openRedrive(), 100);
  goOn();
  await first;

  expect(sentByFirst).toHaveLength(5);
  expect([...sentByFirst, ...sentByOther].toSorted((x, y) => x - y)).toEqual(
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  expect(await sendDue()).toEqual([]);
});

test("what Kafka did not take is due as before", async () => {
  await storeLetter({ id: 1, missing: [THERE] });
  await redrive.releaseArrived(10, BACKOFF_MS);
  const failure = new Error("Kafka is down");

  await expect(
    redrive.redriveDue({ limit: 10, isFlush: false }, plan, () =>
      Promise.reject(failure),
    ),
  ).rejects.toBe(failure);

  expect(await readStates()).toEqual([["waiting", null]]);
  expect(await sendDue()).toEqual([1]);
});

test("a play that was sent again and is a fact resolves its letter", async () => {
  await storeLetter({ id: 1, missing: [THERE] });
  await redrive.releaseArrived(10, BACKOFF_MS);
  await sendDue();
  expect(await redrive.settleLanded(10)).toEqual({ checked: 0, landed: 0 });
  await insertFacts(database.owner, [{ id: 1 }]);

  expect(await redrive.settleLanded(10)).toEqual({ checked: 1, landed: 1 });

  expect(await readStates()).toEqual([["resolved", "landed"]]);
});

test("a letter whose transaction rolled back, and whose play landed then, resolves itself", async () => {
  await storeLetter({ id: 1, reason: "conflicting_duplicate" });
  await storeLetter({ id: 2, missing: [THERE] });
  await insertFacts(database.owner, [{ id: 1 }, { id: 2 }]);

  await redrive.settleLanded(10);
  await redrive.releaseArrived(10, BACKOFF_MS);

  expect(await sendDue()).toEqual([]);
  expect(await readStates()).toEqual([
    ["resolved", "landed"],
    ["resolved", "landed"],
  ]);
});

test("a play whose id is a fact with another payload waits for an operator, and is not looked at again", async () => {
  await storeLetter({ id: 1, reason: "conflicting_duplicate" });
  await insertFacts(database.owner, [{ id: 1, isLiked: true }]);

  expect(await redrive.settleLanded(10)).toEqual({ checked: 1, landed: 0 });
  expect(await redrive.settleLanded(10)).toEqual({ checked: 0, landed: 0 });

  expect(await readStates()).toEqual([["waiting", null]]);
});

test("what is rejected once more goes on in its next letter, after a back-off that a flush passes over", async () => {
  const again = await rejectAgain(1);
  await redrive.releaseArrived(10, BACKOFF_MS);

  expect(await readStates()).toEqual([
    ["resolved", "rejected_again"],
    ["waiting", null],
  ]);
  const [letter] = await database.list(
    "select attempt, origin, extract(epoch from due_at - stored_at)::integer from dead_letters where state = 'waiting'",
  );
  expect(letter).toEqual([2, "stream-events-0-1", BACKOFF_MS / 1000]);
  expect(await sendDue()).toEqual([]);
  expect(await sendDue(redrive, 10, true)).toEqual([again]);
});

test("a record that is rejected again and again is buried with its last letter", async () => {
  let offset = 1;
  for (let attempt = 2; attempt <= ATTEMPT_LIMIT; attempt += 1)
    offset = await rejectAgain(offset);
  await redrive.releaseArrived(10, BACKOFF_MS);

  const counts = await redrive.redriveDue(
    { limit: 10, isFlush: true },
    plan,
    () => Promise.reject(new Error("nothing is to be sent")),
  );

  expect(counts.buried).toBe(1);
  expect((await readStates()).at(-1)).toEqual(["buried", "attempts_spent"]);
  expect(
    await database.list(
      "select action, actor from dead_letter_actions order by action_id desc limit 1",
    ),
  ).toEqual([["buried", "test"]]);
});

test("what was sent and came to nothing is due once more, but not before its topic was read beyond it", async () => {
  await storeLetter({ id: 1, missing: [THERE] });
  await redrive.releaseArrived(10, BACKOFF_MS);
  await sendDue();
  await database.owner.query(
    "update dead_letters set redriven_at = redriven_at - interval '1 hour'",
  );

  expect(await redrive.requeueLost(600_000)).toBe(0);
  await database.owner.query(
    "update partition_ledger set newest_record_at = clock_timestamp(), is_idle = partition % 2 = 0 where topic = 'stream-events'",
  );
  await database.owner.query(
    "update partition_ledger set newest_record_at = null where topic = 'stream-events' and is_idle",
  );
  expect(await redrive.requeueLost(7_200_000)).toBe(0);
  expect(await redrive.requeueLost(600_000)).toBe(1);

  expect(await sendDue()).toEqual([1]);
});

test("an album takes its own place among the versions: an older one than the row's is superseded", async () => {
  const NEWER = 20;
  for (const [albumId, offset] of [
    [11, 5],
    [12, 5],
  ] as const)
    await storeAlbum(albumId, offset);
  await database.owner.query(
    `insert into albums (album_id, title, artist_id, version_at, version_partition, version_offset)
     values (12, 'newer', 1, timestamptz '2026-06-01', 0, ${NEWER})`,
  );
  await redrive.releaseArrived(10, BACKOFF_MS);

  const counts = await redrive.redriveDue(
    { limit: 10, isFlush: false },
    plan,
    () => Promise.reject(new Error("no album is sent")),
  );

  expect(counts).toMatchObject({ applied: 1, superseded: 1 });
  expect(
    await database.list(
      "select album_id, title, version_offset from albums where album_id > 10 order by 1",
    ),
  ).toEqual([
    [11, "parked", 5],
    [12, "newer", NEWER],
  ]);
  expect(await readStates()).toEqual([
    ["resolved", "applied"],
    ["resolved", "superseded"],
  ]);
});

test("a version that cannot be read is left to an operator", async () => {
  await storeRecord(
    { ...makeRecord({ id: 1 }), topic: "albums", value: Buffer.from("{") },
    "unknown_reference",
    [{ dimension: "artists", id: 1 }],
  );
  await redrive.releaseArrived(10, BACKOFF_MS);

  const counts = await redrive.redriveDue(
    { limit: 10, isFlush: false },
    plan,
    () => Promise.resolve(),
  );

  expect(counts.left).toBe(1);
  expect(await readStates()).toEqual([["waiting", null]]);
  expect(await sendDue()).toEqual([]);
});

test("the backlog says how many wait, and since when", async () => {
  await storeLetter({ id: 1, missing: [THERE] });
  await storeLetter({ id: 2, missing: [MISSING] });
  await redrive.releaseArrived(10, BACKOFF_MS);
  await sendDue();

  const backlog = await redrive.readBacklog();

  expect(backlog).toMatchObject({ waiting: 1, redriven: 1 });
  expect(backlog.oldestWaitingMs).toBeGreaterThan(0);
});

function openRedrive() {
  const store = createRedriveStore({
    databaseUrl: database.url("ingest"),
    applicationName: "test",
    transactionTimeoutMs: 10_000,
    actor: "test",
  });
  stores.push(store);
  return store;
}

function plan(letter: DueLetter) {
  return planRedrive(letter, ATTEMPT_LIMIT);
}

/** Sends what is due; returns the offsets at which the records were rejected. */
async function sendDue(
  store = redrive,
  limit = 10,
  isFlush = false,
): Promise<number[]> {
  const sent: number[] = [];
  await store.redriveDue({ limit, isFlush }, plan, (due) => {
    sent.push(...due.map(({ record }) => record.offset));
    return Promise.resolve();
  });
  return sent;
}

/** Sends the letter at an offset (a new one at the first call) and rejects its record once more, 100 offsets on. */
async function rejectAgain(offset: number): Promise<number> {
  if (offset === 1) await storeLetter({ id: 1, missing: [THERE] });
  await redrive.releaseArrived(10, BACKOFF_MS);
  const next = offset + 100;
  const due: DueLetter[] = [];
  await redrive.redriveDue({ limit: 10, isFlush: true }, plan, (sent) => {
    due.push(...sent);
    return Promise.resolve();
  });
  for (const letter of due)
    await storeRecord(
      { ...letter.record, ...redriveRecord(letter), offset: next },
      "unknown_reference",
      [THERE],
    );
  return next;
}

function storeLetter({
  id,
  reason = "unknown_reference",
  missing = [],
}: {
  readonly id: number;
  readonly reason?: RejectionReason;
  readonly missing?: readonly MissingReference[];
}): Promise<void> {
  return storeRecord(makeRecord({ id }), reason, missing);
}

function storeAlbum(albumId: number, offset: number): Promise<void> {
  const value = JSON.stringify({
    album_id: albumId,
    title: "parked",
    artist_id: 1,
    release_date: "2026-01-01",
    total_tracks: 1,
    album_type: "Single",
  });
  return storeRecord(
    {
      ...makeRecord({ id: offset }),
      topic: "albums",
      key: Buffer.from(String(albumId)),
      value: Buffer.from(value),
    },
    "unknown_reference",
    [{ dimension: "artists", id: 1 }],
  );
}

async function storeRecord(
  record: KafkaRecord,
  reason: RejectionReason,
  missingReferences: readonly MissingReference[],
): Promise<void> {
  const letter = encodeDeadLetter(
    { record, reason, detail: "of a test", missingReferences },
    { functionVersion: "1", atMs: record.timestampMs + 1 },
  );
  const carrier = {
    ...record,
    topic: DEAD_LETTER_TOPIC,
    key: Buffer.from(letter.key),
    value: letter.value,
    headers: letter.headers,
  };
  await letters.storeLetters(
    DEAD_LETTER_TOPIC,
    [carrier],
    [readDeadRecord(carrier)],
  );
}

async function insertUser(userId: number): Promise<void> {
  await database.owner.query(
    "insert into users (user_id, username, version_at, version_partition, version_offset) values ($1, 'late', timestamptz '2026-01-01', 0, 0)",
    [userId],
  );
}

/** States and resolutions in the order of the letters. */
function readStates(): Promise<unknown[][]> {
  return database.list(
    "select state, resolution from dead_letters order by dead_letter_id",
  );
}
