import {
  aggregatePlays,
  type Frontiers,
  type PartialAggregates,
} from "#shared/domain/aggregate-plays.ts";
import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import { loadStatement } from "#shared/sql.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { awaitInOrder } from "./await-in-order.ts";
import { copyRows } from "./copy-rows.ts";
import { encodeFacts } from "./encode-copy.ts";
import { encodePartials, type EncodedPartials } from "./encode-partials.ts";
import type { Transaction } from "./session.ts";

const load = (name: string) =>
  loadStatement(`queries/aggregate-micro-batch/${name}`);
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

/**
 * Makes plays facts and adds exactly those that were really inserted to the partial aggregates of windows that are open;
 * for windows that have closed by these frontiers it appends revision marks instead. Whoever stores plays calls `holdBounds`
 * before the commit. Throws with SQLSTATE 23505 where a clean play's id has become a fact meanwhile.
 */
export async function storePlays(
  transaction: Transaction,
  { clean, doubtful, leftOut }: PlaysToStore,
  frontiers: Frontiers,
): Promise<StoredPlays> {
  const copied = copyCleanFacts(transaction, clean);
  // Thrown where it is awaited; until then it is nobody's fault that goes unheard.
  copied.catch(() => undefined);
  const [, insertedOrdinals] =
    doubtful.length === 0
      ? [undefined, NONE]
      : await awaitInOrder(copied, insertDoubtful(transaction, leftOut));
  const isInserted = ({ ordinal }: DecodedPlay) =>
    insertedOrdinals.has(ordinal);
  // While Postgres takes the facts, where there are only clean ones.
  const partials = aggregatePlays(
    [...clean, ...doubtful.filter(isInserted)],
    frontiers,
  );
  await awaitInOrder(
    copied,
    inSpan("add partials", () => copyPartials(transaction, partials)),
    markClosedWindows(transaction, partials),
  );
  return {
    notInserted: doubtful.filter((play) => !isInserted(play)),
    partials,
  };
}

async function copyCleanFacts(
  transaction: Transaction,
  clean: readonly DecodedPlay[],
): Promise<void> {
  if (clean.length === 0) return;
  const rows = encodeFacts(clean.toSorted(byId));
  await inSpan("copy facts", () =>
    copyRows(transaction, [{ statement: copyFacts, rows }]),
  );
}

async function insertDoubtful(
  transaction: Transaction,
  leftOut: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await transaction.query<{ ordinal: number }>(insertFacts, [
    leftOut,
  ]);
  return new Set(rows.map(({ ordinal }) => ordinal));
}

async function markClosedWindows(
  transaction: Transaction,
  { late }: PartialAggregates,
): Promise<void> {
  if (late.length === 0) return;
  await transaction.query(markWindows, [
    late.map(({ kind }) => kind),
    late.map(({ startMicros }) => startMicros),
  ]);
}

async function copyPartials(
  transaction: Transaction,
  partials: PartialAggregates,
): Promise<void> {
  if (partials.minutes.size + partials.hourly.size === 0) return;
  const encoded = encodePartials(partials);
  await copyRows(
    transaction,
    COPIES.map(({ table, statement }) => ({ statement, rows: encoded[table] })),
  );
}

const NONE: ReadonlySet<number> = new Set();

const byId = (
  { event: { eventId: a } }: DecodedPlay,
  { event: { eventId: b } }: DecodedPlay,
): number => (a < b ? -1 : Number(a > b));
