import { expect, test } from "vitest";

import { readReplayHorizon } from "#compose/replay/read-replay-horizon.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { createDatabase } from "#tests/support/servers.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

test("the horizon is that of the facts, and none before anything was given up", async () => {
  expect(
    await readReplayHorizon(database.url("reader"), STREAM_EVENTS_TOPIC),
  ).toBe(-Infinity);

  await database.owner.query(
    "update retention_horizons set horizon = case kept when 'facts' then timestamptz '2026-01-15 12:00+00' else now() end",
  );

  expect(
    await readReplayHorizon(database.url("reader"), STREAM_EVENTS_TOPIC),
  ).toBe(Date.UTC(2026, 0, 15, 12));
});

test("dead letters have a horizon of their own, and rows of dimensions none", async () => {
  await database.owner.query(
    "update retention_horizons set horizon = case kept when 'dead_letters' then timestamptz '2026-01-15 13:00+00' else now() end",
  );

  expect(
    await readReplayHorizon(database.url("reader"), DEAD_LETTER_TOPIC),
  ).toBe(Date.UTC(2026, 0, 15, 13));
  expect(await readReplayHorizon(database.url("reader"), "users")).toBe(
    -Infinity,
  );
});

test("a database without tables is told from one that nothing was given up in", async () => {
  const { urls } = await createDatabase();

  await expect(
    readReplayHorizon(urls.reader, STREAM_EVENTS_TOPIC),
  ).rejects.toMatchObject({
    code: "schema_outdated",
    message: expect.stringMatching(/replay reads .* npm run migrate\.$/),
  });
});
