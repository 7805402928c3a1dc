import { expect, test } from "vitest";

import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

test.for([
  [
    "users",
    "insert into user_engagement_partials values (now(), '{1,2}', '{1,1}', '{60}', '{0,0}', '{0,0}', '{0,0}', '{0,0}')",
  ],
  [
    "contents",
    "insert into content_performance_partials values (now(), '{1,2}', '{1,2}', '{1,1}', '{1,1}', '{1,1}', '{1,1,1}')",
  ],
] as const)(
  "arrays of %s whose positions do not belong together are refused",
  async ([, row]) => {
    const ingest = await database.connect("ingest");

    await expect(ingest.query(row)).rejects.toMatchObject({ code: "23514" });
  },
);

test("a view shows the arrays of all micro-batches as a row per key, to the closer, too", async () => {
  await database.rows(
    `insert into content_performance_partials values
       ('2026-01-15 12:00+00', '{1,2}', '{3,4}', '{5,6}', '{1,0}', '{0,1}', '{2,2}'),
       ('2026-01-15 12:00+00', '{1}', '{3}', '{7}', '{7}', '{0}', '{0}'),
       ('2026-01-15 12:05+00', '{}', '{}', '{}', '{}', '{}', '{}')`,
  );
  const closer = await database.connect("closer");

  const { rows } = await closer.query({
    text: "select * from content_performance_partial_rows order by 2, 4",
    rowMode: "array",
  });

  expect(rows).toEqual([
    ["2026-01-15 12:00:00+00", 1, 3, 5, 1, 0, 2],
    ["2026-01-15 12:00:00+00", 1, 3, 7, 7, 0, 0],
    ["2026-01-15 12:00:00+00", 2, 4, 6, 0, 1, 2],
  ]);
});
