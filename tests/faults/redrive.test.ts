import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import type { RedriveResult } from "#compose/dead-letters/redrive-letters.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import {
  spawnCommand,
  type SpawnedCommand,
} from "#tests/integration/compose/cli/spawn-command.ts";
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
const REJECTS = 60;
/** Half a second's letters are one transaction. */
const RATE = "20/s";

let scene: Scene;
/** Both tests go on with what the one before has left. */
let database: Connections;
beforeAll(async () => {
  scene = await openScene();
  database = await scene.beginAnew();
});
afterAll(() => scene?.close());

it("26: letters that a killed operator has sent in part, and then two at once, and then one more, count once each", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, RUN, async (pipeline) => {
    await scene.topics.send(
      STREAM_EVENTS_TOPIC,
      Array.from({ length: REJECTS }, () => makePlayRecord({ user_id: "x" })),
    );
    await pipeline.drain();

    // When one is killed half-way
    const killed = redrive("ann");
    await expect.poll(countRecords).toBeGreaterThan(REJECTS);
    killed.signal("SIGKILL");
    await killed.ended;
    const sentByKilled = (await countRecords()) - REJECTS;

    // And two more begin together
    const [first, second] = await Promise.all([
      readResults(redrive("ann")),
      readResults(redrive("bob")),
    ]);
    await pipeline.drain();
    const late = await readResults(redrive("eve"));

    // Then each is sent until that is known, and no further
    expect(late).toEqual([]);
    const contested = first.filter(({ id }) =>
      second.some((other) => other.id === id),
    ).length;
    const sent = [...first, ...second].filter(
      ({ kind }) => kind === "redriven",
    );
    expect(new Set(sent.map(({ id }) => id)).size).toBe(sent.length);
    expect(await readLetters()).toEqual([
      {
        reason: "invalid_schema",
        state: "resolved",
        resolution: "landed",
        // Those that the killed one sent without noting it may have landed before the others came.
        most_sent: 1,
        letters: REJECTS,
      },
    ]);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: {
          sentByKilled,
          leftByKilled: REJECTS - sentByKilled,
          contested,
        },
      }),
    ).toEqual([]);
  });
});

it("26: a record that is still bad when it is sent again has its attempts counted, and is not sent for ever", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.withPipeline(database, RUN, async (pipeline) => {
    // Given a play that waits for its user while another one takes its id
    const id = crypto.randomUUID();
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      makePlayRecord({ event_id: id, user_id: NEW_ID }, 1),
    ]);
    await pipeline.drain();
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      makePlayRecord({ event_id: id }, 0),
    ]);
    await pipeline.drain();
    const before = await countRecords();

    await scene.topics.send("users", [
      { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS.users) },
    ]);
    await pipeline.drain();
    const again = (await countRecords()) - before;
    for (let round = 0; round < 3; round += 1)
      await pipeline.invoke("redrive", { flush: true });
    await pipeline.drain();

    expect((await countRecords()) - before).toBe(1);
    expect(await readLetters(id)).toEqual([
      {
        reason: "conflicting_duplicate",
        attempt: 2,
        state: "waiting",
        resolution: null,
        sent: 0,
      },
      {
        reason: "unknown_reference",
        attempt: 1,
        state: "resolved",
        resolution: "rejected_again",
        sent: 1,
      },
    ]);
    expect(
      await listViolations({
        pipeline,
        database,
        records: await scene.readRecords(),
        watch,
        faults: { again },
      }),
    ).toEqual([]);
  });
});

/** Has an operator send all letters of rejects that wait, mended. */
function redrive(operator: string): SpawnedCommand {
  const { kafkaBootstrapServers, databaseUrls } = database;
  return spawnCommand("dlq", {
    args: `redrive --reason invalid_schema --set user_id=1 --rate ${RATE} --as ${operator} --json`.split(
      " ",
    ),
    environment: {
      KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
      DATABASE_URL: databaseUrls.owner,
      INGEST_DATABASE_URL: databaseUrls.ingest,
      READER_DATABASE_URL: databaseUrls.reader,
    },
  });
}

async function readResults({
  ended,
}: SpawnedCommand): Promise<readonly RedriveResult[]> {
  const { stdout } = await ended;
  const { results }: { results: readonly RedriveResult[] } = JSON.parse(stdout);
  return results;
}

async function countRecords(): Promise<number> {
  const ends = await scene.topics.admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);
  return ends.reduce(
    (sum, { low, high }) => sum + Number(high) - Number(low),
    0,
  );
}

/** All letters, counted by what they say, or those of one play. */
function readLetters(eventId?: string) {
  const { owner } = database.databaseUrls;
  return eventId === undefined
    ? selectRows(
        owner,
        `select reason, state, resolution, max(redrive_count) as most_sent, count(*)::integer as letters
         from dead_letters group by 1, 2, 3 order by 1, 2, 3`,
      )
    : selectRows(
        owner,
        `select reason, attempt, state, resolution, redrive_count as sent
         from dead_letters where event_id = $1 order by reason`,
        [eventId],
      );
}
