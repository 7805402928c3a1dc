import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { drain } from "#compose/runner/drain.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { invokeFunction } from "#compose/runner/invoke-function.ts";
import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { openInvoker } from "#compose/runner/open-invoker.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { listUnfinished } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { listFailedChecks } from "#tests/support/pipeline/list-failed-checks.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { isAwaitedUser } from "./actions.ts";
import type { World } from "./world.ts";

/** Looks whether everything is as it should be; it has functions of its own, which no fault reaches. */
export interface Checker {
  /** Sends again what can be. */
  redrive(): Promise<void>;
  /** Drains the pipeline, closes all windows, and lists what does not hold (faults.md, I1 to I8). */
  check(): Promise<string[]>;
  close(): Promise<void>;
}

const DRAIN_TIMEOUT_MS = 180_000;

/** Begins to watch what must not go back. */
export async function openChecker(world: World): Promise<Checker> {
  const { dataDir, database } = world;
  const declaration = await loadDeclaration(
    addConnections({ STREAMING_REDRIVE_BACKOFF: "1s" }, database),
  );
  const cleanups = createCleanups();
  const invoker = openInvoker(declaration, dataDir);
  cleanups.add(() => invoker.stop());
  const reader = openStatusReader(declaration, database);
  cleanups.add(() => reader.close());
  const { owner } = database.databaseUrls;
  const watch = await watchProgress(owner);
  cleanups.add(async () => {
    await watch.stop();
  });
  return {
    redrive: async () => {
      await invokeFunction(invoker, "redrive", { flush: true });
    },
    check: async () => {
      const status = await drain({
        invoker,
        clock: systemClock,
        readStatus: () => reader.read(),
        closesOpenWindows: true,
        timeoutMs: DRAIN_TIMEOUT_MS,
        signal: new AbortController().signal,
      });
      const records = await world
        .topics()
        .readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]);
      const expected = await expectTables(records);
      const awaitedIds = listAwaitedIds(expected);
      const orderDependentIds = [...expected.orderDependentIds, ...awaitedIds];
      return [
        ...(await listDifferences(
          owner,
          records,
          { ...expected, orderDependentIds },
          Math.min(awaitedIds.length, await countRedelivered(owner)),
        )),
        ...(await listFailedChecks({ declaration }, database)),
        ...(await watch.look()),
        ...listUnfinished(status),
      ];
    },
    close: () => cleanups.run(),
  };
}

/**
 * The ids of facts whose user came later. The oracle, which knows all users, says that their first record was accepted;
 * the ledger that it was rejected, and that another one which was sent again was accepted, or the same one redelivered. Their
 * fact is compared all the same, and so is what their letter holds.
 */
const listAwaitedIds = ({ facts }: ExpectedTables): string[] =>
  facts
    .filter(({ user_id: userId }) => isAwaitedUser(Number(userId)))
    .map(({ event_id: eventId }) => String(eventId));

async function countRedelivered(databaseUrl: string): Promise<number> {
  const [row] = await selectRows<{ count: number }>(
    databaseUrl,
    "select coalesce(sum(redelivered_count), 0)::integer as count from partition_ledger",
  );
  return row?.count ?? 0;
}
