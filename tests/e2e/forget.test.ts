import { afterAll, beforeAll, expect, it, vi } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { forgetUser, type Forgotten } from "#compose/forget/forget-user.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { makePlayJson } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";

const USER = 5;
const OTHER_USER = 6;
/** No row has this number. */
const STRANGER = 987_654;
const TOPICS = ["users", STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC];
const PERSONAL = ["Ada Lovelace", "mistyped ada", "ada under another key"];

let scene: Scene;
let connections: Connections;
let before: string[];
let first: Forgotten;
let afterwards: unknown;
let afterReplay: unknown;

beforeAll(async () => {
  scene = await openScene();
  connections = await scene.beginAnew();
  await scene.topics.send("users", [
    makeUser(USER, { username: "Ada Lovelace", age: 36 }),
    makeUser(OTHER_USER, { username: "somebody else" }),
    // Rejected, so that a dead letter has it.
    makeUser(USER, { username: "mistyped ada", age: -1 }),
    {
      key: String(OTHER_USER),
      value: JSON.stringify({
        user_id: USER,
        username: "ada under another key",
      }),
    },
    { key: String(OTHER_USER), value: "nobody can read this" },
    { key: "05", value: JSON.stringify({ user_id: null, username: "x" }) },
  ]);
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    [USER, USER, OTHER_USER].map((userId) => ({
      key: null,
      value: makePlayJson({ user_id: userId }),
    })),
  );
  await scene.withPipeline(
    connections,
    { topics: TOPICS },
    async (pipeline) => {
      await pipeline.drain();
      before = await findPersonal();
      first = await forget(String(USER));
      await pipeline.drain();
    },
  );
  afterwards = await readState();
  await scene.topics.rewind("load-users");
  await scene.withPipeline(connections, { topics: TOPICS }, (pipeline) =>
    pipeline.drain(),
  );
  afterReplay = await readState();
}, 120_000);
afterAll(() => scene?.close());

it("takes away everything of the user but the number, and of nobody else", async () => {
  expect(before).toEqual(PERSONAL);
  expect(first).toEqual({
    wasKnown: true,
    isBlank: true,
    letterCount: 2,
    unreadableCount: 2,
  });
  expect(await findPersonal()).toEqual([]);
  expect(afterwards).toMatchObject({
    users: [
      { user_id: USER, username: null, age: null, is_deleted: true },
      { user_id: OTHER_USER, username: "somebody else", is_deleted: false },
    ],
    letters: [
      { state: "buried", has_content: false, actor: "ada's friend" },
      { state: "buried", has_content: false, actor: "ada's friend" },
      { state: "waiting", has_content: true, actor: null },
      { state: "waiting", has_content: true, actor: null },
    ],
  });
});

it("keeps the user's plays in facts and metrics, under a number that names nobody", () => {
  expect(afterwards).toMatchObject({
    plays: [
      { user_id: USER, facts: 2, counted: 2 },
      { user_id: OTHER_USER, facts: 1, counted: 1 },
    ],
  });
});

it("is undone by no replay of the topic, which still has the earlier versions", () => {
  expect(afterReplay).toEqual(afterwards);
});

it("can be said again, and nothing is left to do", async () => {
  await scene.withPipeline(connections, { topics: TOPICS }, async () => {
    expect(await forget(String(USER))).toEqual({
      wasKnown: true,
      isBlank: true,
      letterCount: 0,
      unreadableCount: 2,
    });
  });
});

it("says that there was nobody with the number, which names nobody from then on", async () => {
  await scene.withPipeline(connections, { topics: TOPICS }, async () => {
    expect(await forget(String(STRANGER))).toMatchObject({
      wasKnown: false,
      isBlank: true,
    });
    expect(await forget(String(STRANGER))).toMatchObject({ wasKnown: true });
  });
});

it("says so where nothing applies the tombstone", async () => {
  expect(await forget(String(OTHER_USER), 200)).toMatchObject({
    isBlank: false,
  });
});

it("refuses what is no user, and takes nothing away", async () => {
  const untouched = await readState();
  await expect(forget("05")).rejects.toMatchObject({ code: "invalid_fields" });
  await expect(forget("null")).rejects.toMatchObject({
    code: "invalid_fields",
  });
  expect(await readState()).toEqual(untouched);
  await expect(forget("5; drop table users")).rejects.toMatchObject({
    code: "invalid_fields",
    domain: "user",
  });
});

it("is completed by Kafka, which keeps the tombstone and none of the versions before it", async () => {
  await compactSoon();

  await vi.waitUntil(
    async () => {
      // A segment is closed by a record that comes after its time.
      await scene.topics.send("users", [makeUser(USER + 1000, {}, 0)]);
      await scene.topics.send("users", [makeUser(USER + 1000, {}, 1)]);
      await scene.topics.send("users", [makeUser(USER + 1000, {}, 2)]);
      return (await readVersions()).every((value) => value === null);
    },
    { timeout: 60_000, interval: 2000 },
  );

  expect((await readVersions()).length).toBeGreaterThan(0);
}, 90_000);

function forget(userId: string, timeoutMs = 30_000): Promise<Forgotten> {
  return forgetUser(connections, { userId, actor: "ada's friend" }, timeoutMs);
}

function makeUser(userId: number, row: object, partition?: number) {
  return {
    key: String(userId),
    value: JSON.stringify({ user_id: userId, username: "name", ...row }),
    ...(partition === undefined ? {} : { partition }),
  };
}

/** Which of the personal texts are stored anywhere. */
async function findPersonal(): Promise<string[]> {
  const found: string[] = [];
  for (const text of PERSONAL) {
    const rows = await selectRows(
      connections.databaseUrls.owner,
      `select 1 from users where username = $1
       union all
       select 1 from dead_letters where position(convert_to($1, 'UTF8') in coalesce(original_value, '')) > 0 or detail like '%' || $1 || '%'`,
      [text],
    );
    if (rows.length > 0) found.push(text);
  }
  return found;
}

async function readState() {
  const { owner } = connections.databaseUrls;
  return {
    users: await selectRows(
      owner,
      `select user_id, username, age, deleted_at is not null as is_deleted from users where user_id in (${USER}, ${OTHER_USER}) order by 1`,
    ),
    letters: await selectRows(
      owner,
      `select state, coalesce(original_value, original_key) is not null as has_content, actor
       from dead_letters left join dead_letter_actions using (dead_letter_id) where source_topic = 'users' order by dead_letter_id`,
    ),
    plays: await selectRows(
      owner,
      `select user_id, (select count(*)::integer from stream_events e where e.user_id = u.user_id) as facts,
         (select sum(stream_count)::integer from user_engagement_metrics m where m.user_id = u.user_id) as counted
       from users u where user_id in (${USER}, ${OTHER_USER}) order by 1`,
    ),
  };
}

/** What the topic holds for the user. */
async function readVersions(): Promise<(Uint8Array | null)[]> {
  const records = await scene.topics.readAll(["users"]);
  return records
    .filter(
      ({ key }) => key !== null && Buffer.from(key).toString() === String(USER),
    )
    .map(({ value }) => value);
}

/** As a day of the declared settings would, in seconds. */
async function compactSoon(): Promise<void> {
  await scene.topics.admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: 2,
        name: "users",
        configEntries: [
          { name: "cleanup.policy", value: "compact" },
          { name: "max.compaction.lag.ms", value: "1" },
          { name: "segment.ms", value: "1" },
        ],
      },
    ],
  });
}
