import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { buryLetters } from "#compose/dead-letters/bury-letters.ts";
import { redriveChunk } from "#compose/dead-letters/redrive-chunk.ts";
import type { Send } from "#compose/dead-letters/redrive-outcome.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createStagingTable } from "#shared/adapters/postgres/compare-plays.ts";
import {
  createSession,
  type Session,
} from "#shared/adapters/postgres/session.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { useLetters } from "#tests/support/letters/use-letters.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

const database = useDatabase();
const letters = useLetters(database, [STREAM_EVENTS_TOPIC]);
const publisher = createRecordPublisher({
  bootstrapServers: [kafkaBootstrapServers()],
});
const publish: Send = (topic, records) => publisher.publish(topic, records);
let session: Session;

beforeEach(() => {
  session = createSession({
    databaseUrl: database.url("ingest"),
    applicationName: "held",
    transactionTimeoutMs: 20_000,
    onConnect: [createStagingTable],
  });
});
afterEach(async () => {
  await Promise.all([session.close(), publisher.close()]);
});

describe("what one operator is about to send", () => {
  test("another one neither sends nor waits for, and every record goes out once", async () => {
    const ids = await rejectPlays(6);
    const ann = redriveHeld(ids.slice(0, 3));
    await ann.isAboutToSend;

    const bobs = await letters.redrive(ids.toReversed());
    ann.goOn();
    const annsKinds = [...(await ann.outcomes).values()].map(
      ({ kind }) => kind,
    );

    expect(annsKinds).toEqual(["redriven", "redriven", "redriven"]);
    expect(bobs.map(({ id, kind }) => [id, kind])).toEqual([
      [ids[5], "redriven"],
      [ids[4], "redriven"],
      [ids[3], "redriven"],
      [ids[2], "held"],
      [ids[1], "held"],
      [ids[0], "held"],
    ]);
    const sent = await letters.takeSent();
    expect(await letters.apply(sent)).toEqual(Array(6).fill("accepted"));
    expect(await letters.redrive(ids)).toEqual(
      ids.map((id) => ({ id, kind: "left", why: "it is redriven" })),
    );
  });

  test("nobody buries", async () => {
    const ids = await rejectPlays(2);
    const ann = redriveHeld(ids.slice(0, 1));
    await ann.isAboutToSend;

    const buried = await bury(ids);
    ann.goOn();
    await ann.outcomes;

    expect(buried).toEqual([
      { id: ids[1], kind: "buried" },
      { id: ids[0], kind: "held" },
    ]);
    expect(await bury(ids)).toEqual([
      { id: ids[0], kind: "left", why: "it is redriven" },
      { id: ids[1], kind: "left", why: "it is buried (by_operator)" },
    ]);
    expect(await letters.readStates()).toEqual([
      ["redriven", null],
      ["buried", "by_operator"],
    ]);
  });

  test("the schedule neither sends nor waits for", async () => {
    const ids = await rejectOrphans(2);
    await database.owner.query("update dead_letters set due_at = now()");
    const ann = redriveHeld(ids.slice(0, 1));
    await ann.isAboutToSend;

    const summary = await letters.redriveOnSchedule();
    ann.goOn();
    await ann.outcomes;

    expect(summary).toMatchObject({ redriven: 1 });
    expect(await letters.takeSent()).toHaveLength(2);
    expect(await letters.redriveOnSchedule()).toMatchObject({ redriven: 0 });
  });
});

test("what somebody has buried since it was chosen stays buried, unless buried ones are meant", async () => {
  const ids = await rejectPlays(2);
  await bury(ids.slice(0, 1));

  expect(await letters.redrive(ids, { states: ["waiting"] })).toEqual([
    { id: ids[0], kind: "left", why: "it is buried (by_operator)" },
    { id: ids[1], kind: "redriven" },
  ]);
  expect(await letters.redrive(ids.slice(0, 1))).toEqual([
    { id: ids[0], kind: "redriven" },
  ]);
});

test("an operator and the schedule, which takes the same letters' references away, do not stop each other", async () => {
  const ids = await rejectOrphans(3);
  const blocker = await database.connect("owner");
  // The operator has locked the letters and is about to look for their facts.
  await blocker.query(
    "begin; lock table stream_events in access exclusive mode",
  );
  const ann = letters.redrive(ids);
  await waitUntilBlocked(database.owner, "dlq redrive");

  const releasing = letters.releaseArrived();
  await Promise.race([releasing, waitUntilBlocked(database.owner, "test")]);
  await blocker.query("commit");

  expect((await ann).map(({ kind }) => kind)).toEqual([
    "redriven",
    "redriven",
    "redriven",
  ]);
  await releasing;
  await letters.redriveOnSchedule();
  expect(await letters.takeSent()).toHaveLength(3);
});

describe("a redrive that is killed half-way", () => {
  test("before Kafka has anything: nothing has happened", async () => {
    const ids = await rejectPlays(1);
    const failure = new Error("Kafka is down");

    await expect(redrive(ids, () => Promise.reject(failure))).rejects.toBe(
      failure,
    );

    expect(await letters.takeSent()).toEqual([]);
    expect(await letters.readStates()).toEqual([["waiting", null]]);
    expect(await database.list("select from dead_letter_actions")).toEqual([]);
  });

  test("between Kafka and the commit: it is sent once more, and the second copy is a duplicate", async () => {
    const ids = await rejectPlays(1);

    await expect(
      redrive(ids, async (...sending) => {
        await publish(...sending);
        await database.owner.query(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'held' and datname = current_database()",
        );
      }),
    ).rejects.toMatchObject({ domain: "external", retry: true });
    expect(await letters.readStates()).toEqual([["waiting", null]]);
    await letters.redrive(ids);

    const sent = await letters.takeSent();
    expect(sent).toHaveLength(2);
    expect(await letters.apply(sent)).toEqual(["accepted", "duplicate"]);
    await letters.redriveOnSchedule();
    expect(await letters.readStates()).toEqual([["resolved", "landed"]]);
    expect(
      await database.list("select redrive_count from dead_letters"),
    ).toEqual([[1]]);
  });
});

describe("a dry run", () => {
  test("says what would become of letters, and writes and sends nothing", async () => {
    const ids = [...(await rejectOrphans(1, 777)), ...(await rejectPlays(2))];
    const before = await readEverything();

    const dry = await letters.redrive(ids, {
      isDryRun: true,
      set: ["song_id=2"],
    });

    expect(dry.map(({ kind }) => kind)).toEqual([
      "left",
      "redriven",
      "redriven",
    ]);
    expect(await readEverything()).toEqual(before);
    expect(await letters.takeSent()).toEqual([]);
    expect(await letters.redrive(ids, { set: ["song_id=2"] })).toEqual(dry);
  });

  test("of giving letters up, too", async () => {
    const ids = await rejectPlays(1);
    const before = await readEverything();

    const dry = await bury(ids, { isDryRun: true });

    expect(dry).toEqual([{ id: ids[0], kind: "buried" }]);
    expect(await readEverything()).toEqual(before);
    expect(await bury(ids)).toEqual(dry);
  });
});

test("an interruption leaves the rest as it was, and what is done is done", async () => {
  const ids = await rejectPlays(3);
  const controller = new AbortController();
  const progress: number[] = [];

  const results = await letters.redrive(ids, {
    ratePerSecond: 0.01,
    signal: controller.signal,
    onProgress: (done) => {
      progress.push(done);
      if (done === 1) controller.abort();
    },
  });

  expect(results).toEqual([{ id: ids[0], kind: "redriven" }]);
  expect(progress).toEqual([0, 1]);
  expect(await letters.takeSent()).toHaveLength(1);
  expect(await letters.readStates()).toEqual([
    ["redriven", null],
    ["waiting", null],
    ["waiting", null],
  ]);
});

test("a letter that is given up waits for nothing, and is kept with who gave it up and why", async () => {
  const ids = await rejectOrphans(1, 777);

  await bury(ids, { action: { actor: "bob@desk", note: "a test user" } });

  expect(await database.list("select from awaited_references")).toEqual([]);
  expect(
    await database.list(
      `select action, actor, note, acted_at between now() - interval '1 minute' and clock_timestamp() from dead_letter_actions`,
    ),
  ).toEqual([["buried", "bob@desk", "a test user", true]]);
  await database.owner.query("update dead_letters set due_at = now()");
  expect(await letters.redriveOnSchedule()).toMatchObject({ redriven: 0 });
  expect(
    await database.list("select original_value from dead_letters"),
  ).toEqual([[Buffer.from(makeRecord({ id: 1, userId: 777 }).value ?? [])]]);
});

/** Letters of plays that would be accepted. */
function rejectPlays(count: number): Promise<string[]> {
  return letters.reject(
    ...Array.from({ length: count }, (_, index) => ({
      record: makeRecord({ id: index + 1 }),
    })),
  );
}

/** Letters that wait for a user, who is there unless told. */
function rejectOrphans(count: number, userId = 1): Promise<string[]> {
  return letters.reject(
    ...Array.from({ length: count }, (_, index) => ({
      record: makeRecord({ id: index + 1, userId }),
      reason: "unknown_reference" as const,
      missingReferences: [{ dimension: "users", id: userId } as const],
    })),
  );
}

function redrive(ids: readonly string[], send: Send) {
  return session.transaction((transaction) =>
    redriveChunk(transaction, ids, {
      states: ["waiting"],
      changes: [],
      action: { actor: "ann", note: null },
      nowMs: Date.now(),
      send,
    }),
  );
}

/** An operator who has locked letters and written what is to be, and now takes time to send them. */
function redriveHeld(ids: readonly string[]) {
  const isAboutToSend = Promise.withResolvers<void>();
  const { promise: isAllowed, resolve: goOn } = Promise.withResolvers<void>();
  const outcomes = redrive(ids, async (...sending) => {
    isAboutToSend.resolve();
    await isAllowed;
    await publish(...sending);
  });
  return { isAboutToSend: isAboutToSend.promise, goOn, outcomes };
}

function bury(
  ids: readonly string[],
  options: Partial<Parameters<typeof buryLetters>[1]> = {},
) {
  return buryLetters(
    ids.map((id) => ({ id, byteCount: 0 })),
    {
      databaseUrl: database.url("ingest"),
      action: { actor: "bob", note: null },
      isDryRun: false,
      clock: systemClock,
      signal: new AbortController().signal,
      ...options,
    },
  );
}

/** All that an operator could have changed. */
async function readEverything(): Promise<unknown[][][]> {
  const tables: unknown[][][] = [];
  for (const table of [
    "dead_letters",
    "dead_letter_actions",
    "awaited_references",
  ])
    tables.push(
      await database.list(`select t::text from ${table} t order by 1`),
    );
  return tables;
}
