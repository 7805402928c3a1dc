import {
  aggregatePlays,
  hasClosedWindow,
  type FrontierKind,
  type Frontiers,
  type PartialAggregates,
} from "#shared/domain/aggregate-plays.ts";
import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
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
  readonly clean: readonly DecodedPlay[];
  /** Staged in this transaction; may be facts, or have equal ids. */
  readonly doubtful: readonly DecodedPlay[];
  /** Ordinals of staged plays that are no candidates. */
  readonly leftOut: readonly number[];
}

/** What became of plays. */
export interface StoredPlays {
  /** Of the doubtful ones. */
  readonly notInserted: readonly DecodedPlay[];
  /** What the others have added. */
  readonly partials: PartialAggregates;
}

/** A window has closed after a play was added to its partial aggregates: the transaction is to be done again. */
export class WindowClosed extends Error {}

/**
 * Makes plays facts and adds exactly those that were really inserted to the partial aggregates of windows that are open;
 * for windows that have closed it appends revision marks instead. Whoever stores plays calls `holdFrontiers` before the
 * commit. Throws `database_not_set_up` (user), and with SQLSTATE 23505 where a clean play's id has become a fact meanwhile.
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
  const isInserted = ({ ordinal }: DecodedPlay) =>
    insertedOrdinals.has(ordinal);
  const partials = aggregatePlays(
    [...clean, ...doubtful.filter(isInserted)],
    await readFrontiers(transaction),
  );
  await inSpan("add partials", () => copyPartials(transaction, partials));
  if (partials.late.length > 0)
    await transaction.query(markWindows, [
      partials.late.map(({ kind }) => kind),
      partials.late.map(({ startMicros }) => startMicros),
    ]);
  return {
    notInserted: doubtful.filter((play) => !isInserted(play)),
    partials,
  };
}

/**
 * Keeps the frontiers where they are until the transaction ends, which is to be soon: the closer waits for it. Throws
 * `WindowClosed` where one has passed a window meanwhile that was taken for open.
 */
export async function holdFrontiers(
  transaction: Transaction,
  partials: PartialAggregates,
): Promise<void> {
  await transaction.query(lockFrontiersShared);
  // In a statement behind the lock: what was read before may be old by now.
  if (hasClosedWindow(partials, await readFrontiers(transaction)))
    throw new WindowClosed();
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
  { event: { eventId: a } }: DecodedPlay,
  { event: { eventId: b } }: DecodedPlay,
): number => (a < b ? -1 : Number(a > b));
