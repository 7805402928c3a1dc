import { finished } from "node:stream/promises";

import { from as copyFrom } from "pg-copy-streams";

import type { Statement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

/** Sends rows, encoded by `BinaryCopy`, to the COPY of a statement. */
export async function copyRows(
  { client }: Transaction,
  { text }: Statement,
  rows: Buffer,
): Promise<void> {
  // No pipeline(), whose iterators and signals cost more than the copying of a few rows.
  const copy = client.query(copyFrom(text));
  copy.end(rows);
  await finished(copy);
}
