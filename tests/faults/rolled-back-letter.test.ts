import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { holdFacts } from "#tests/support/faults/hold-facts.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { NEW_ID, NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";

/** Redrives are the test's own. */
const RUN = {
  hasSchedules: false,
  topics: ["users", STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
};
/** On one partition, so that they are one micro-batch. */
const ORPHANS = 5;

let scene: Scene;
let database: Connections;
beforeAll(async () => {
  scene = await openScene();
  database = await scene.beginAnew();
});
afterAll(() => scene?.close());

it("25: a dead letter that was published, twice, before its transaction was rolled back and its play became valid, is one letter and resolves itself", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, RUN, async (pipeline) => {
    // Given a micro-batch that cannot insert its facts, and has published its letters by then
    const rollbacks: number[] = [];
    const facts = await holdFacts(database.databaseUrls.owner);
    await scene.topics.send(
      STREAM_EVENTS_TOPIC,
      // Any half of them has a play that becomes a fact, and waits.
      Array.from({ length: ORPHANS }, () => [
        makePlayRecord({ user_id: NEW_ID }, 0),
        makePlayRecord({}, 0),
      ]).flat(),
    );
    // When its transaction is rolled back, twice, and the user is there after the second attempt, at half of it
    for (const copies of [ORPHANS, ORPHANS + 1]) {
      await untilPublished(copies);
      if (copies > ORPHANS) await sendUser();
      rollbacks.push(await facts.endWaiting());
    }
    await facts.release();
    await pipeline.drain();

    expect(await countPublished()).toBeGreaterThan(ORPHANS);
    expect(
      await selectRows(
        database.databaseUrls.owner,
        `select state, resolution, redrive_count, count(*)::integer as letters
         from dead_letters group by 1, 2, 3`,
      ),
    ).toEqual([
      {
        state: "resolved",
        resolution: "landed",
        redrive_count: 0,
        letters: ORPHANS,
      },
    ]);
    const [first = 0, second = 0] = rollbacks;
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { first, second },
      }),
    ).toEqual([]);
  });
});

async function sendUser(): Promise<void> {
  await scene.topics.send("users", [
    { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS.users) },
  ]);
  await expect
    .poll(() =>
      selectRows(
        database.databaseUrls.owner,
        `select user_id from users where user_id = ${NEW_ID}`,
      ),
    )
    .toHaveLength(1);
}

async function untilPublished(count: number): Promise<void> {
  await expect.poll(countPublished).toBeGreaterThanOrEqual(count);
}

async function countPublished(): Promise<number> {
  const ends = await scene.topics.admin.fetchTopicOffsets(DEAD_LETTER_TOPIC);
  return ends.reduce(
    (sum, { low, high }) => sum + Number(high) - Number(low),
    0,
  );
}
