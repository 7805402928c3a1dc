import {
  aggregatePlays,
  hasClosedWindow,
  type FrontierKind,
  type Frontiers,
  type LatePlay,
  type PartialAggregates,
} from "#shared/domain/aggregate-plays.ts";
import type { StagedStreamEvent } from "#shared/domain/micro-batch.ts";
import { PipelineError } from "#shared/errors.ts";
import { loadStatement } from "#shared/sql.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { copyRows } from "./copy-rows.ts";
import { encodeFacts } from "./encode-copy.ts";
import { encodePartials, type EncodedPartials } from "./encode-partials.ts";
import type { Transaction } from "./session.ts";

const load = (name: string) =>
  loadStatement(`queries/aggregate-micro-batch/${name}`);
const lockFrontiersShared = load("lock_frontiers_shared");
const readFrontierRows = load("read_frontiers");
const copyFacts = load("copy_facts");
const insertFacts = load("insert_facts");
const markWindows = load("mark_windows");
const COPIES = (
  [
    "user_engagement_partials",
    "content_performance_partials",
    "device_partials",
    "location_partials",
    "hourly_partials",
    "window_partials",
  ] as const satisfies readonly (keyof EncodedPartials)[]
).map((table) => ({ table, statement: load(`copy_${table}`) }));

/** Plays to be made facts; none is in both lists, and no id of the first list is in it twice. */
export interface PlaysToStore {
  /** Their ids are no facts, as far as is known. */
  readonly clean: readonly StagedStreamEvent[];
  /** Staged in this transaction; may be facts, or have equal ids. */
  readonly doubtful: readonly StagedStreamEvent[];
  /** Ordinals of staged plays that are no candidates. */
  readonly leftOut: readonly number[];
}

/** What became of plays. */
export interface StoredPlays {
  /** Of the doubtful ones. */
  readonly notInserted: readonly StagedStreamEvent[];
  readonly late: readonly LatePlay[];
}

/** A window has closed after a play was added to its partial aggregates: the transaction is to be done again. */
export class WindowClosed extends Error {}

/**
 * Makes plays facts and adds exactly those that were really inserted to the partial aggregates of open windows; for
 * windows that have closed it appends revision marks instead. The frontiers stay where they are from its end to the end of
 * the transaction, which is to be short: the closer waits for it. Throws `WindowClosed`, `database_not_set_up` (user), and
 * with SQLSTATE 23505 where a clean play's id has become a fact meanwhile.
 */
export async function storePlays(
  transaction: Transaction,
  { clean, doubtful, leftOut }: PlaysToStore,
): Promise<StoredPlays> {
  if (clean.length > 0)
    await inSpan("copy facts", () =>
      copyRows(transaction, copyFacts, encodeFacts(clean.toSorted(byId))),
    );
  const insertedOrdinals = new Set(
    doubtful.length === 0
      ? []
      : (
          await transaction.query<{ ordinal: number }>(insertFacts, [leftOut])
        ).map(({ ordinal }) => ordinal),
  );
  const isInserted = ({ ordinal }: StagedStreamEvent) =>
    insertedOrdinals.has(ordinal);
  const partials = aggregatePlays(
    [...clean, ...doubtful.filter(isInserted)],
    await readFrontiers(transaction),
  );
  await copyPartials(transaction, partials);
  if (partials.late.length > 0)
    await transaction.query(markWindows, [
      partials.late.map(({ kind }) => kind),
      partials.late.map(({ startMicros }) => startMicros),
    ]);
  // At last, and looked at again in a statement behind the lock: what was read above may be old by now.
  await transaction.query(lockFrontiersShared);
  if (hasClosedWindow(partials, await readFrontiers(transaction)))
    throw new WindowClosed();
  return {
    notInserted: doubtful.filter((play) => !isInserted(play)),
    late: partials.late,
  };
}

async function copyPartials(
  transaction: Transaction,
  partials: PartialAggregates,
): Promise<void> {
  if (partials.minutes.size + partials.hourly.size === 0) return;
  const encoded = encodePartials(partials);
  for (const { table, statement } of COPIES)
    await copyRows(transaction, statement, encoded[table]);
}

async function readFrontiers(transaction: Transaction): Promise<Frontiers> {
  const rows = await transaction.query<{
    window_kind: FrontierKind;
    size_micros: number;
    closed_until_micros: number;
  }>(readFrontierRows);
  const find = (kind: FrontierKind) => {
    const row = rows.find(({ window_kind: found }) => found === kind);
    if (row === undefined)
      throw new PipelineError(
        "The database has tables but no window sizes yet. Start the pipeline once (npm run up), which sets it up.",
        { code: "database_not_set_up", domain: "user", retry: true },
      );
    return {
      sizeMicros: row.size_micros,
      closedUntilMicros: row.closed_until_micros,
    };
  };
  return { minutes: find("minutes"), hourly: find("hourly") };
}

const byId = (
  { event: { eventId: a } }: StagedStreamEvent,
  { event: { eventId: b } }: StagedStreamEvent,
): number => (a < b ? -1 : Number(a > b));
