import { expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { allCount, countStreams } from "#tests/support/races/count-streams.ts";
import {
  applyPlays,
  nameOutcomes,
  useStores,
} from "#tests/support/races/open-stores.ts";
import { type Part, playPart } from "#tests/support/races/play-part.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);
const WINDOW = ["minutes", "2026-01-15T12:00:00Z"] as const;
const BORDERS = [WINDOW[1], "2026-01-15T12:05:00Z"] as const;

const takeMarks = (reviser: Part) =>
  reviser.run("close-windows/take_revision_marks", WINDOW);
const readFacts = async (reviser: Part) => {
  for (const metric of [
    "user_engagement",
    "content_performance",
    "device",
    "location",
  ])
    await reviser.run(`close-windows/recompute_${metric}`, BORDERS);
};

test("a late play that commits between the reviser's marks and its facts is counted", async () => {
  await reviseAroundLatePlay(takeMarks, readFacts);

  expect(await countMarks()).toBe(1);
  await publishWindows(stores.openWindowStore(), 0);
  expect(await countMarks()).toBe(0);
  expect(await countStreams(database)).toEqual(allCount(3));
});

test("a late play that commits after the reviser has read the facts is revised later", async () => {
  await reviseAroundLatePlay(async (reviser) => {
    await takeMarks(reviser);
    await readFacts(reviser);
  });

  expect(await countStreams(database)).toMatchObject({ users: 2 });
  await publishWindows(stores.openWindowStore(), 0);
  expect(await countStreams(database)).toEqual(allCount(3));
});

test("a late play would be lost for ever if the marks were taken after the facts were read", async () => {
  await reviseAroundLatePlay(readFacts, takeMarks);

  await publishWindows(stores.openWindowStore(), 0);
  expect(await countMarks()).toBe(0);
  expect(await countStreams(database)).toMatchObject({ users: 2, hours: 3 });
});

/** A window of one play has a late one; another comes late between what the reviser does first and then. */
async function reviseAroundLatePlay(
  first: (reviser: Part) => Promise<unknown>,
  then: (reviser: Part) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const warehouse = stores.openWarehouse();
  const store = stores.openWindowStore();
  await applyPlays(warehouse, [{ id: 1 }]);
  await store.closeOpenWindows();
  await publishWindows(store, 0);
  await applyPlays(warehouse, [{ id: 2 }]);

  const reviser = await playPart(database, "closer", "reviser");
  await reviser.say("begin");
  await reviser.run("close-windows/lock_window", WINDOW);
  await first(reviser);
  const late = await applyPlays(warehouse, [{ id: 3 }]);
  await then(reviser);
  await reviser.run("close-windows/record_publication", WINDOW);
  await reviser.say("commit");

  expect(nameOutcomes(late)).toEqual(["late"]);
}

async function countMarks(): Promise<unknown> {
  const [[count] = []] = await database.list(
    "select count(*) from revision_marks where window_kind = 'minutes'",
  );
  return count;
}
