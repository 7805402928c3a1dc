import {
  createReferences,
  type KnownReferences,
  type References,
} from "#shared/domain/known-references.ts";
import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import { REFERENCES } from "#shared/domain/references.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

// A plan for any number of ids in tables that are small now would read these from the start for every id, once they are
// large, until they are analysed again.
const load = (name: string): Statement => ({
  ...loadStatement(`queries/aggregate-micro-batch/${name}`),
  isPrepared: false,
});
const findMissingReferences = load("find_missing_references");
const findKnownIds = load("find_known_ids");

/** An array of numbers or UUIDs as Postgres reads it: the client would look at each for what is to be escaped. */
const toArrayText = (values: Iterable<number | string>): string =>
  `{${[...values].join(",")}}`;

/** Reads the references of plays that do not exist; what is found is known from then on. */
export async function readMissing(
  transaction: Transaction,
  plays: readonly DecodedPlay[],
  references: KnownReferences,
): Promise<References> {
  const unknown = references.listUnknown(plays);
  const missing = createReferences();
  const ids = REFERENCES.map(([dimension]) => unknown[dimension]);
  if (ids.every(({ size }) => size === 0)) return missing;
  const rows = await transaction.query<{ dimension: Dimension; id: number }>(
    findMissingReferences,
    ids.map(toArrayText),
  );
  for (const { dimension, id } of rows) missing[dimension].add(id);
  references.learn(unknown, missing);
  return missing;
}

/** Reads those of the plays' ids that are facts. */
export async function readKnownIds(
  transaction: Transaction,
  plays: readonly DecodedPlay[],
): Promise<ReadonlySet<string>> {
  if (plays.length === 0) return new Set();
  const rows = await transaction.query<{ event_id: string }>(findKnownIds, [
    toArrayText(plays.map(({ event }) => event.eventId)),
  ]);
  return new Set(rows.map((row) => row.event_id));
}
