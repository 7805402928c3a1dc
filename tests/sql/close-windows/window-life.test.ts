import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";

import {
  PARTITIONS,
  windowCommands,
} from "#tests/support/models/window-commands.ts";
import { WindowModel } from "#tests/support/models/window-model.ts";
import { useStores } from "#tests/support/races/open-stores.ts";
import { emptyTables } from "#tests/support/rows/empty-tables.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

test("windows are open, closing, closed and revised as the model says, whatever happens to them in whatever order", async () => {
  const report = await fc.check(obeyModel(), { numRuns: 20 });

  expect(await fc.asyncDefaultReportMessage(report)).toBeUndefined();
});

/** Wrong SQL, by what it does to a table behind the statements' back. */
test.for([
  [
    "a late play that leaves no mark",
    "revision_marks",
    "before insert",
    "return null;",
  ],
  [
    "a publication that leaves its partial aggregates",
    "window_partials",
    "before delete",
    "return null;",
  ],
  [
    "a frontier that goes further than the watermark",
    "window_frontiers",
    "before update",
    "new.closed_until := new.closed_until + new.window_size; return new;",
  ],
  [
    "a watermark that goes back",
    "topic_watermarks",
    "before update",
    "new.watermark := new.watermark - interval '1 microsecond'; return new;",
  ],
  [
    "a play that is counted twice",
    "device_partials",
    "before insert",
    "new.stream_count := new.stream_count + 1; return new;",
  ],
] as const)("the model finds %s", async ([, table, event, body]) => {
  await database.owner.query(`
    create function plant() returns trigger language plpgsql as $$ begin ${body} end $$;
    create trigger plant ${event} on ${table} for each row execute function plant()`);
  onTestFinished(async () => {
    await database.owner.query("drop function plant() cascade");
  });

  const { failed } = await fc.check(obeyModel(), {
    // It ends with the first that fails; a hundred were not always enough.
    numRuns: 1000,
    endOnFailure: true,
  });

  expect(failed).toBe(true);
});

function obeyModel() {
  const warehouse = stores.openWarehouse();
  const store = stores.openWindowStore();
  return fc.asyncProperty(windowCommands, async (commands) => {
    await emptyTables(database.owner);
    await database.owner.query(
      "update partition_ledger set is_idle = true where topic = 'stream-events' and partition <> all ($1)",
      [PARTITIONS],
    );
    await fc.asyncModelRun(
      () => ({
        model: new WindowModel(PARTITIONS),
        real: { database, warehouse, store, delivered: [] },
      }),
      commands,
    );
  });
}
