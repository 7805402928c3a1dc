import type { Client } from "pg";

import { holdBounds, readBounds } from "#shared/adapters/postgres/bounds.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import {
  type PlaysToStore,
  storePlays,
  type StoredPlays,
} from "#shared/adapters/postgres/store-plays.ts";

import { makeMicroBatch, type RecordTraits } from "./make-records.ts";
import { stagePlays } from "./stage-plays.ts";

/** Ordinals of plays by what became of them. */
export interface InsertedFacts {
  readonly notInserted: readonly number[];
  readonly late: readonly number[];
}

/** A transaction over a connection of the test's own; `rewrite` changes the statements that it sends. */
export const transactionOver = (
  client: Client,
  rewrite: (text: string) => string = (text) => text,
): Transaction => ({
  client,
  query: async ({ text }, values = []) =>
    (await client.query(rewrite(text), [...values])).rows,
});

/** Stores plays that may be facts already, in a transaction that stays open, except those with the ordinals left out. */
export async function storeDoubtful(
  client: Client,
  traits: readonly RecordTraits[],
  leftOut: readonly number[] = [],
  transaction: Transaction = transactionOver(client),
): Promise<InsertedFacts> {
  await stagePlays(client, traits);
  const { plays } = makeMicroBatch(traits);
  const { notInserted, partials } = await store(transaction, {
    clean: [],
    doubtful: plays.filter(({ ordinal }) => !leftOut.includes(ordinal)),
    leftOut,
  });
  return {
    notInserted: notInserted.map(({ ordinal }) => ordinal),
    late: [...new Set(partials.late.map(({ play }) => play.ordinal))],
  };
}

/** Stores plays that may be facts already, and commits. */
export async function insertFacts(
  client: Client,
  traits: readonly RecordTraits[],
  leftOut: readonly number[] = [],
): Promise<InsertedFacts> {
  const inserted = await storeDoubtful(client, traits, leftOut);
  await client.query("commit");
  return inserted;
}

/** Copies plays that are no facts yet and come once, and commits. */
export async function copyFacts(
  client: Client,
  traits: readonly RecordTraits[],
): Promise<InsertedFacts> {
  await client.query("begin");
  const transaction = transactionOver(client);
  const { partials } = await store(transaction, {
    clean: makeMicroBatch(traits).plays,
    doubtful: [],
    leftOut: [],
  });
  await client.query("commit");
  return {
    notInserted: [],
    late: [...new Set(partials.late.map(({ play }) => play.ordinal))],
  };
}

async function store(
  transaction: Transaction,
  plays: PlaysToStore,
): Promise<StoredPlays> {
  const { frontiers } = await readBounds(transaction);
  const stored = await storePlays(transaction, plays, frontiers);
  await holdBounds(
    transaction,
    [...plays.clean, ...plays.doubtful],
    stored.partials,
  );
  return stored;
}
