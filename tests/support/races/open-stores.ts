import { afterEach } from "vitest";

import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import type { RecordOutcome } from "#shared/domain/ledger.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import type { WindowStore } from "#shared/ports/window-store.ts";
import {
  makeMicroBatch,
  type RecordTraits,
} from "#tests/support/rows/make-records.ts";
import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

interface StoreTraits {
  /** Shown in `pg_stat_activity`. */
  readonly name?: string;
  readonly transactionTimeoutMs?: number;
}

/** Warehouses and window stores as the handlers use them, closed after each test. */
export interface Stores {
  openWarehouse(traits?: StoreTraits): StreamEventWarehouse;
  openWindowStore(traits?: StoreTraits): WindowStore;
}

/** Registers the hook that closes what a test opens. */
export function useStores(database: DatabaseInUse): Stores {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    await Promise.all(closers.splice(0).map((close) => close()));
  });
  return {
    openWarehouse(traits) {
      const warehouse = createStreamEventWarehouse({
        databaseUrl: database.url("ingest"),
        ...withDefaults(traits),
      });
      closers.push(() => warehouse.close());
      return warehouse;
    },
    openWindowStore(traits) {
      const store = createWindowStore({
        databaseUrl: database.url("closer"),
        topic: STREAM_EVENTS_TOPIC,
        allowedLatenessMs: 600_000,
        ...withDefaults(traits),
      });
      closers.push(() => store.close());
      return store;
    },
  };
}

/** Applies plays that are all good; fails where the warehouse wants to publish a rejection. */
export function applyPlays(
  warehouse: StreamEventWarehouse,
  traits: readonly RecordTraits[],
): Promise<RecordOutcome[]> {
  return warehouse.applyMicroBatch(makeMicroBatch(traits), (rejections) =>
    Promise.reject(
      new Error(
        `rejected: ${rejections.map(({ reason }) => reason).join(", ")}`,
      ),
    ),
  );
}

/** What became of each record, in one word: its rejection's reason, `late`, `accepted` or `duplicate`. */
export function nameOutcomes(outcomes: readonly RecordOutcome[]): string[] {
  return outcomes.map(({ outcome }) => {
    if (outcome.kind === "rejected") return outcome.reason;
    return outcome.kind === "accepted" && outcome.isLate
      ? "late"
      : outcome.kind;
  });
}

function withDefaults({
  name = "test",
  transactionTimeoutMs = 30_000,
}: StoreTraits = {}) {
  return { applicationName: name, transactionTimeoutMs };
}
