import { expect, test } from "vitest";

import { readFactsHorizon } from "#compose/replay/read-facts-horizon.ts";
import { createDatabase } from "#tests/support/servers.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

test("the horizon is that of the facts, and none before anything was given up", async () => {
  expect(await readFactsHorizon(database.url("reader"))).toBe(-Infinity);

  await database.owner.query(
    "update retention_horizons set horizon = case kept when 'facts' then timestamptz '2026-01-15 12:00+00' else now() end",
  );

  expect(await readFactsHorizon(database.url("reader"))).toBe(
    Date.UTC(2026, 0, 15, 12),
  );
});

test("a database without tables is told from one that nothing was given up in", async () => {
  const { urls } = await createDatabase();

  await expect(readFactsHorizon(urls.reader)).rejects.toMatchObject({
    code: "schema_outdated",
    message: expect.stringMatching(/replay reads .* npm run migrate\.$/),
  });
});
