import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadValidationStatements } from "#compose/validation/load-validation-statements.ts";
import type { ValidationCheck } from "#compose/validation/result.ts";
import { runChecks } from "#compose/validation/run-validation.ts";
import { DISCARD_REASONS } from "#shared/domain/rejection.ts";
import { createMigratedDatabase } from "#tests/support/database.ts";

import { addPartials, fillConsistently } from "./consistent-database.ts";
import { at, type PlantedFault } from "./planted-fault.ts";
import { LEDGER_FAULTS } from "./planted-ledger-faults.ts";
import { METRIC_FAULTS } from "./planted-metric-faults.ts";
import { REFERENCE_FAULTS } from "./planted-reference-faults.ts";
import {
  recordRevision,
  reviseDevice,
  REVISION_FAULTS,
} from "./planted-revision-faults.ts";
import { WINDOW_FAULTS } from "./planted-window-faults.ts";
import { runAndRollBack } from "./run-and-roll-back.ts";

const FAULTS: readonly PlantedFault[] = [
  ...LEDGER_FAULTS,
  ...WINDOW_FAULTS,
  ...REVISION_FAULTS,
  ...REFERENCE_FAULTS,
  ...METRIC_FAULTS,
];

let client: Client;
/** The tests' Postgres may run without fsync, and then one check says so all the time. */
let expectedFailures: string[];

beforeAll(async () => {
  const { urls } = await createMigratedDatabase();
  client = new Client({ connectionString: urls.owner });
  await client.connect();
  await fillConsistently(client);
  const { rows } = await client.query<{ fsync: string }>("show fsync");
  expectedFailures = rows[0]?.fsync === "on" ? [] : ["settings_are_durable"];
});

afterAll(async () => {
  await client.end();
});

test("a consistent database passes every check", async () => {
  const checks = await checkAfter("select");

  expect(describeFailures(checks, expectedFailures)).toEqual([]);
});

test("a server without fsync is reported", async () => {
  const checks = await checkAfter("select");

  const violations = findCheck(checks, "settings_are_durable").violations;
  expect(violations.map(({ setting }) => setting)).toEqual(
    expectedFailures.map(() => "fsync"),
  );
});

describe("a planted fault is found by its check and by no other than those that see it too", () => {
  test.for(FAULTS)(
    "$check finds $fault",
    async ({ check, plant, alsoFails = [], shows }) => {
      const checks = await checkAfter(plant);

      const allowed = new Set([...expectedFailures, ...alsoFails, check]);
      expect(describeFailures(checks, [...allowed])).toEqual([]);
      const { violations, violationCount } = findCheck(checks, check);
      expect(violations).toContainEqual(expect.objectContaining(shows));
      expect(violationCount).toBeGreaterThan(0);
      for (const name of alsoFails)
        expect(findCheck(checks, name)).toMatchObject({ passed: false });
    },
  );

  test("every check has a fault that was planted for it", () => {
    const names = loadValidationStatements("checks").map(({ name }) => name);

    expect([...new Set(FAULTS.map(({ check }) => check))].sort()).toEqual(
      names,
    );
  });

  test("every key that is declared and not enforced is one that a check looks at", async () => {
    const { rows } = await client.query<{ key: string }>(`
      select conrelid::regclass || '.' || attname as key
      from pg_constraint
      join pg_attribute on attrelid = conrelid and attnum = any (conkey)
      where contype = 'f' and not conenforced
      order by key`);

    expect(rows.map(({ key }) => key)).toEqual([
      "content_performance_metrics.artist_id",
      "content_performance_metrics.song_id",
      "device_metrics.device_id",
      "location_metrics.location_id",
      "stream_events.album_id",
      "stream_events.artist_id",
      "stream_events.device_id",
      "stream_events.location_id",
      "stream_events.song_id",
      "stream_events.user_id",
      "user_engagement_metrics.user_id",
    ]);
  });

  test("the first twenty violations are shown and all are counted", async () => {
    const checks = await checkAfter(
      "update user_engagement_metrics set like_rate = like_rate + 2",
    );

    const { violations, violationCount } = findCheck(
      checks,
      "user_engagement_metrics_match_facts",
    );
    expect(violations).toHaveLength(20);
    expect(violationCount).toBe(90);
  });
});

describe("what is under way is no fault", () => {
  test("a window with a young revision mark is pending, whatever its metrics say", async () => {
    const checks = await checkAfter(`
      delete from user_engagement_metrics where time_window = '2026-03-01 10:05+00';
      delete from user_engagement_segments where time_window = '2026-03-01 10:05+00';
      update hourly_metrics set stream_count = 1 where time_window = '2026-03-01 10:00+00';
      insert into revision_marks (window_kind, window_start, late_count, marked_at)
      values ('minutes', '2026-03-01 10:05+00', 1, now() - interval '4 minutes'),
        ('hourly', '2026-03-01 10:00+00', 1, now())`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("windows that have just closed wait for their publication", async () => {
    const checks = await checkAfter(
      "update window_frontiers set closed_until = '2026-03-01 12:40+00' where window_kind = 'minutes'",
    );

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("the first window after a long silence may wait, as nothing was due before it", async () => {
    const checks = await checkAfter(`
      update window_frontiers set closed_until = '2026-03-01 12:35+00' where window_kind = 'minutes';
      update window_publications set published_at = now() - interval '1 day'`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("letters may tell of plays that landed after the transaction of their rejection was rolled back", async () => {
    const checks = await checkAfter(plantLettersAbout(5, 6));

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("a record that an event source mapping gave up has a letter and was rejected by no handler", async () => {
    const reasons = Object.keys(DISCARD_REASONS);
    const checks = await checkAfter(
      `${plantLettersAbout(...reasons.map((_, index) => 9001 + index))};
      update dead_letters set reason = ('{${reasons.join(", ")}}'::text[])[source_offset - 9000] where source_offset > 9000`,
    );

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("but of no plays that have not landed", async () => {
    const checks = await checkAfter(plantLettersAbout(5, 9001, 9002));

    expect(
      findCheck(checks, "rejected_records_have_letters").violations,
    ).toMatchObject([
      { rejected_count: 3, letter_count: 7, resolved_count: 3 },
    ]);
  });

  test("a record that was rejected in two incarnations of its partition has one letter", async () => {
    const checks = await checkAfter(REJECTED_AGAIN);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("but later records at the same offsets have their own", async () => {
    const checks = await checkAfter(`${REJECTED_AGAIN};
      update partition_ledger set newest_record_at = '2026-03-01' where incarnation = 2`);

    expect(
      findCheck(checks, "rejected_records_have_letters").violations,
    ).toMatchObject([{ rejected_count: 6, letter_count: 4 }]);
  });

  test.for([
    {
      history: "each of its revisions",
      lines: [recordRevision(1), recordRevision(2)],
    },
    {
      history: "the latest of those that came before changes were recorded",
      lines: [recordRevision(2, { oldValues: "null" })],
    },
    {
      history: "what happened before it was removed",
      lines: [
        recordRevision(1),
        recordRevision(2, { newValues: "null" }),
        recordRevision(0, { oldValues: "null" }),
        recordRevision(1),
        recordRevision(2),
      ],
    },
  ])("the history of a row holds $history", async ({ lines }) => {
    const checks = await checkAfter(`${reviseDevice(2)} ${lines.join(" ")}`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("nothing is asked of what retention has removed, and the rest still agrees", async () => {
    const checks =
      await checkAfter(`${reviseDevice(2)} ${recordRevision(1)} ${recordRevision(2)}
      update metric_revisions set changed_at = now() - interval '3 days' where revision = 1;
      update dead_letters set settled_at = now() - interval '3 days' where state = 'resolved';
      insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason,
        detail, first_seen_at, handler_version, origin, state, settled_at)
      values ('stream-events', 3, 9, now(), '\\x09', 'malformed_json', '', now(), '1', 'stream-events-3-9', 'buried',
        now() - interval '3 days');
      insert into partition_ledger (topic, partition, incarnation, handled_offsets, accepted_count, rejected_counts, handled_at)
      values ('stream-events', 3, 0, '{[0,1)}', 0, '{"malformed_json": 1}', now() - interval '3 days');
      select advance_retention_horizon(kept, '2 days') from retention_horizons;
      select remove_facts(1000), remove_ledger(1000), remove_dead_letters(1000), remove_revisions(1000);
      do $$ begin
        assert (select array_agg(removed_count order by kept) from retention_horizons) = '{3,240,1,1}',
          (select array_agg(removed_count order by kept) from retention_horizons);
      end $$`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("but facts that are missing since the horizon are", async () => {
    const checks = await checkAfter(`
      select advance_retention_horizon('facts', '2 days');
      delete from stream_events where "timestamp" = ${at("12:10:00")}`);

    expect(findCheck(checks, "accepted_plays_are_facts").passed).toBe(false);
    expect(findCheck(checks, "window_totals_agree").passed).toBe(false);
  });

  test("when a stream has stopped, the smaller windows are closed up to the end of its last hour, and no further", async () => {
    for (const [time, passed] of [
      ["13:00", true],
      ["13:05", false],
    ] as const) {
      const checks = await checkAfter(
        `update window_frontiers set closed_until = '2026-03-01 ${time}+00' where window_kind = 'minutes'`,
      );

      expect(findCheck(checks, "frontiers_are_consistent").passed).toBe(passed);
    }
  });

  test("a tombstone of a row that was never there has no name", async () => {
    const checks = await checkAfter(`
      insert into users (user_id, version_at, version_partition, version_offset, deleted_at) values (7, now(), 0, 7, now())`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("a replay may turn a record that was handled before into a fact", async () => {
    const checks = await checkAfter(`
      update partition_ledger
      set accepted_count = accepted_count - 1, duplicate_count = duplicate_count + 1, redelivered_count = 1
      where topic = 'stream-events' and partition = 0`);

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });

  test("a play on the border belongs to the window that starts there", async () => {
    // The last microsecond of 12:34 lies in the open window before the border at 12:35, and 12:35 in the next.
    const checks = await checkAfter(async () => {
      await client.query(`
        update stream_events set "timestamp" = '2026-03-01 12:34:59.999999+00' where "timestamp" = '2026-03-01 12:34:30+00';
        delete from window_partials where window_kind = 'minutes';
        delete from user_engagement_partials; delete from content_performance_partials;
        delete from device_partials; delete from location_partials`);
      await addPartials(
        client,
        "minutes",
        "2026-03-01 12:30:00+00",
        "2026-03-01 12:35:00+00",
      );
      await addPartials(
        client,
        "minutes",
        "2026-03-01 12:35:00+00",
        "2026-03-01 13:00:00+00",
      );
    });

    expect(describeFailures(checks, expectedFailures)).toEqual([]);
  });
});

/** Waiting letters about these plays; each value is JSON but for a last byte that is no UTF-8. */
function plantLettersAbout(...plays: readonly number[]): string {
  return `insert into dead_letters (
      source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason, detail, first_seen_at,
      handler_version, origin, original_value
    )
    select 'stream-events', 0, play, now(), '\\x05', 'unknown_reference', '', now(), '1', 'stream-events-0-' || play,
      format('{"user_id": 1, "event_id": "00000000-0000-7000-8000-%s"}', lpad(to_hex(play), 12, '0'))::bytea || '\\xff'
    from unnest(array[${plays.join(", ")}]) as play`;
}

/** A later incarnation of the partition, in which its three rejected records are rejected once more. */
const REJECTED_AGAIN = `
  insert into partition_ledger (topic, partition, incarnation, handled_offsets, rejected_counts, newest_record_at)
  values ('stream-events', 0, 2, '{[362,365)}', '{"malformed_json": 3}', now());
  update partition_ledger set newest_record_at = now() where topic = 'stream-events' and incarnation = 1`;

/** The checks of the consistent database once this is done to it, which is undone afterwards. */
async function checkAfter(
  plant: PlantedFault["plant"],
): Promise<ValidationCheck[]> {
  return runAndRollBack(client, async (transaction) => {
    await (typeof plant === "string" ? client.query(plant) : plant(client));
    return runChecks(transaction);
  });
}

function findCheck(
  checks: readonly ValidationCheck[],
  name: string,
): ValidationCheck {
  const check = checks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check ${name}`);
  return check;
}

/** Failed checks with a violation each, but for those that are expected to fail. */
function describeFailures(
  checks: readonly ValidationCheck[],
  expected: readonly string[],
): string[] {
  return checks
    .filter(({ name, passed }) => !passed && !expected.includes(name))
    .map(({ name, violations }) => `${name}: ${JSON.stringify(violations[0])}`);
}
