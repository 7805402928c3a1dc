import { afterAll, beforeAll, expect, it } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import {
  watchProgress,
  type ProgressWatch,
} from "#tests/support/invariants/watch-progress.ts";
import { makePlayRecord } from "#tests/support/pipeline/make-plays.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import {
  startPipeline,
  type Pipeline,
} from "#tests/support/pipeline/start-pipeline.ts";

let scene: Scene;
let database: Connections;
let pipeline: Pipeline;
beforeAll(async () => {
  scene = await openScene();
  database = await scene.beginAnew();
  pipeline = await startPipeline(
    scene.settingsFor(database, {
      hasSchedules: false,
      topics: [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
    }),
  );
  for (const plant of [
    "create table planted as select * from stream_events where false",
    "create table planted_devices as select * from device_metrics where false",
  ])
    await selectRows(database.databaseUrls.owner, plant);
});
afterAll(async () => {
  await pipeline?.stop();
  await scene?.close();
});

/** Windows with several users; a letter; a late play revises the first window. The watermark wants every partition. */
const PLAYS = [
  makePlayRecord({ timestamp: "2026-03-01T12:01:00Z", user_id: 1 }, 0),
  makePlayRecord({ timestamp: "2026-03-01T12:02:00Z", user_id: 2 }, 0),
  makePlayRecord({ timestamp: "2026-03-01T12:06:00Z", user_id: 2 }, 1),
  { key: "malformed", value: "{", partition: 1 },
  ...[2, 3, 4, 5, 6, 7, 8, 9].map((partition) =>
    makePlayRecord({ timestamp: "2026-03-01T12:07:00Z" }, partition),
  ),
];
const LATE = [
  makePlayRecord({ timestamp: "2026-03-01T12:03:00Z", user_id: 1 }, 2),
];

it("a run without a fault violates none but the one that wants a fault", async () => {
  const watch = await watchProgress(database.databaseUrls.owner);
  await scene.topics.send(STREAM_EVENTS_TOPIC, PLAYS);
  await pipeline.drain();
  await scene.topics.send(STREAM_EVENTS_TOPIC, LATE);
  const { plays } = await pipeline.drain();

  expect(plays).toMatchObject({ accepted: PLAYS.length, late: 1 });
  expect(await list(watch, {})).toEqual(["I9: no fault was counted"]);
});

const ANY_PLAY =
  "event_id = (select event_id from stream_events order by event_id limit 1)";

/** A fault, what takes it away again, and what has to be said of it. */
const PLANTED: readonly (readonly [
  name: string,
  plant: string,
  undo: string,
  violation: RegExp,
])[] = [
  [
    "I1: an offset without an outcome",
    "update partition_ledger set handled_offsets = handled_offsets - '{[0,1)}' where topic = 'stream-events' and partition = 0",
    "update partition_ledger set handled_offsets = handled_offsets + '{[0,1)}' where topic = 'stream-events' and partition = 0",
    /^ledger of partition 0: offset 0 has no outcome$/,
  ],
  [
    "I1: an outcome that is counted twice",
    "update partition_ledger set accepted_count = accepted_count + 1 where topic = 'stream-events' and partition = 0",
    "update partition_ledger set accepted_count = accepted_count - 1 where topic = 'stream-events' and partition = 0",
    /^ledger of partition 0: 3 outcomes, expected 2$/,
  ],
  [
    "I2: a lost play",
    `with gone as (delete from stream_events where ${ANY_PLAY} returning *) insert into planted select * from gone`,
    "with back as (delete from planted returning *) insert into stream_events select * from back",
    /^facts: .*missing/,
  ],
  [
    "I2: a doubled play",
    `insert into stream_events select (jsonb_populate_record(s, '{"event_id": "ffffffff-0000-4000-8000-000000000000"}')).* from stream_events s where ${ANY_PLAY}`,
    "delete from stream_events where event_id = 'ffffffff-0000-4000-8000-000000000000'",
    /^facts: .*unexpected/,
  ],
  [
    "I2: a wrong distinct count",
    "update hourly_metrics set unique_users = unique_users + 1",
    "update hourly_metrics set unique_users = unique_users - 1",
    /^hourly: .*unique_users/,
  ],
  [
    "I2: a rate that is off by two in the last place",
    "with old as (insert into planted_devices select * from device_metrics) update device_metrics set avg_listen_time = avg_listen_time * (1 + 1e-15)",
    "update device_metrics d set avg_listen_time = p.avg_listen_time from planted_devices p where p.time_window = d.time_window and p.device_id = d.device_id",
    /^device: .*avg_listen_time/,
  ],
  [
    "I3: a window whose plays over users are not those over songs",
    "update content_performance_metrics set stream_count = stream_count + 1",
    "update content_performance_metrics set stream_count = stream_count - 1",
    /^window_totals_agree: /,
  ],
  [
    "I4: a closed window that changes without a revision",
    "update location_metrics set stream_count = stream_count + 1",
    "update location_metrics set stream_count = stream_count - 1",
    /^I4: location .* changed within revision \d$/,
  ],
  [
    "I4: a revision without a record",
    "update device_metrics set revision = revision + 1",
    "update device_metrics set revision = revision - 1",
    /^revisions_are_recorded: /,
  ],
  [
    "I5: a watermark gone back",
    "update topic_watermarks set watermark = watermark - interval '1 microsecond' where topic = 'stream-events'",
    "update topic_watermarks set watermark = watermark + interval '1 microsecond' where topic = 'stream-events'",
    /^I5: watermark of stream-events went back /,
  ],
  [
    "I5: a ledger's end gone back",
    "update partition_ledger set handled_offsets = '{[0,1)}' where topic = 'stream-events' and partition = 0",
    "update partition_ledger set handled_offsets = '{[0,2)}' where topic = 'stream-events' and partition = 0",
    /^I5: end of stream-events 0 in incarnation 1 went back /,
  ],
  [
    "I6: a dead letter with another byte",
    "update dead_letters set original_value = '\\x7c'",
    "update dead_letters set original_value = '\\x7b'",
    /^letter 1:1 of \d+: another value$/,
  ],
  [
    "I7: a commit of what is not durable",
    "update partition_ledger set handled_offsets = '{}' where topic = 'stream-events' and partition = 2",
    "update partition_ledger set handled_offsets = '{[0,2)}' where topic = 'stream-events' and partition = 2",
    /^commits_are_in_ledger: /,
  ],
  [
    "I8: a dead letter that stays due",
    "update dead_letters set due_at = clock_timestamp()",
    "update dead_letters set due_at = null",
    /^I8: 1 dead letters are due/,
  ],
];

it.each(PLANTED)("%s is noticed", async (_, plant, undo, violation) => {
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  await selectRows(owner, plant);
  const violations = await list(watch, { plant: 1 });
  await selectRows(owner, undo);

  expect(violations).toContainEqual(expect.stringMatching(violation));
  expect(await list(await watchProgress(owner), { plant: 1 })).toEqual([]);
});

it("I8: a record that nobody has handled is noticed, and I9: a fault that never happened", async () => {
  await Promise.all(pipeline.mappings.map((mapping) => mapping.stop()));
  await scene.topics.send(STREAM_EVENTS_TOPIC, LATE);

  const watch = await watchProgress(database.databaseUrls.owner);
  const violations = await list(watch, { kills: 0 });

  expect(violations).toContain("I8: stream-events is 1 records behind");
  expect(violations).toContain("I9: kills did not happen");
});

async function list(
  watch: ProgressWatch,
  faults: Readonly<Record<string, number>>,
): Promise<string[]> {
  return listViolations({
    pipeline,
    database,
    records: await scene.readRecords(),
    watch,
    faults,
  });
}
