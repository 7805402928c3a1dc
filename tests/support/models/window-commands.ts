import * as fc from "fast-check";
import { expect } from "vitest";

import { rebuild } from "#compose/rebuild/rebuild.ts";
import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import type { Window, WindowStore } from "#shared/ports/window-store.ts";
import { applyPlays, nameOutcomes } from "#tests/support/races/open-stores.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

import { ALL_PLAYS, BEGINNING_MS, formatTime } from "./model-plays.ts";
import { readProgress, readWindows } from "./read-windows.ts";
import type { ModelRecord, WindowModel, WindowView } from "./window-model.ts";

/** The partitions that deliver; the others are idle. */
export const PARTITIONS = [0, 1];

/** The tables under test, and what has been delivered to them. */
export interface RealWindows {
  readonly database: DatabaseInUse;
  readonly warehouse: StreamEventWarehouse;
  readonly store: WindowStore;
  readonly delivered: (readonly ModelRecord[])[];
}

type Command = fc.AsyncCommand<WindowModel, RealWindows>;

/** Does the same to both, and compares what came of it and everything that can be read then. */
function command(
  name: string,
  work: (model: WindowModel, real: RealWindows) => Promise<void>,
): Command {
  return {
    check: () => true,
    run: async (model, real) => {
      await work(model, real);
      expect(await readWindows(real.database)).toEqual(
        model.windows.filter(
          ({ staged, marked, revision }) =>
            staged + marked > 0 || revision !== null,
        ),
      );
      expect(await readProgress(real.database)).toEqual(model.progress);
    },
    toString: () => name,
  };
}

const micro = fc.array(
  fc.record({
    id: fc.integer({ min: 1, max: ALL_PLAYS.length }),
    partition: fc.constantFrom(...PARTITIONS),
  }),
  { minLength: 1, maxLength: 6 },
);

/** Everything that happens to windows. */
export const windowCommands = fc.commands(
  [
    micro.map((plays) =>
      command(`ingest ${JSON.stringify(plays)}`, async (model, real) => {
        const offset = real.delivered.flat().length;
        const records = plays.map((play, index) => ({
          ...play,
          offset: offset + index,
        }));
        real.delivered.push(records);
        await deliver(model, real, records);
      }),
    ),
    fc.nat().map((index) =>
      command(`deliver again ${index}`, async (model, real) => {
        const records = pick(real.delivered, index);
        if (records !== undefined) await deliver(model, real, records);
      }),
    ),
    fc.constant(
      command("move the watermark", async (model, { store }) => {
        agree(await store.advanceWatermark(), model.advanceWatermark());
      }),
    ),
    fc.constant(
      command("close what is due", async (model, { store }) => {
        model.advanceFrontiers();
        await store.advanceFrontiers();
      }),
    ),
    fc.constant(
      command("close what is open", async (model, { store }) => {
        model.closeOpenWindows();
        await store.closeOpenWindows();
      }),
    ),
    fc.nat().map((index) =>
      command(`publish ${index}`, async (model, { store }) => {
        const due = await store.findPublishableWindows(0);
        agree(due.map(viewOf), model.publishable);
        const window = pick(due, index);
        if (window === undefined) return;
        agree(await store.publishWindow(window), model.publish(viewOf(window)));
        agree(await store.publishWindow(window), "unchanged");
      }),
    ),
    fc.constant(
      command("fold", async (_, { store }) => {
        for (const window of await store.findFoldableWindows({
          filling: 2,
          full: 2,
        }))
          await store.foldWindow(window);
      }),
    ),
    fc.constant(
      command("rebuild", async (model, { database }) => {
        const { differing } = await rebuild({
          databaseUrl: database.url("owner"),
          from: formatTime(0),
          to: "2026-01-15T14:00:00Z",
        });
        const due = model.publishable;
        for (const window of due) model.publish(window);
        agree(differing.length <= due.length, true);
      }),
    ),
  ],
  { maxCommands: 40 },
);

function agree(real: unknown, model: unknown): void {
  expect(real).toEqual(model);
}

async function deliver(
  model: WindowModel,
  { warehouse }: RealWindows,
  records: readonly ModelRecord[],
): Promise<void> {
  const outcomes = await applyPlays(warehouse, records.map(traitsOf));
  expect(nameOutcomes(outcomes)).toEqual(model.ingest(records));
}

function traitsOf({ id, ...place }: ModelRecord): RecordTraits {
  const { time, user } = ALL_PLAYS[id - 1] ?? { time: 0, user: 0 };
  return { id, at: formatTime(time), userId: user, ...place };
}

function viewOf({ kind, start }: Window): Pick<WindowView, "kind" | "start"> {
  return { kind, start: (start.getTime() - BEGINNING_MS) * 1000 };
}

const pick = <Item>(items: readonly Item[], index: number): Item | undefined =>
  items[index % items.length];
