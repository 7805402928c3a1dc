import { expect, test } from "vitest";

import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

test("a micro-batch is rolled back where no window size is stored: no window would hear of its facts", async () => {
  await database.rows("truncate window_frontiers cascade");

  await expect(
    applyPlays(stores.openWarehouse(), [{ id: 1, partition: 0, offset: 0 }]),
  ).rejects.toMatchObject({ code: "database_not_set_up" });

  expect(await database.list("select count(*) from stream_events")).toEqual([
    [0],
  ]);
});
