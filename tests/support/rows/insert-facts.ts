import type { Client } from "pg";

import { loadStatement } from "#shared/sql.ts";

import type { RecordTraits } from "./make-records.ts";
import { stagePlays } from "./stage-plays.ts";

const insertFactsStatement = loadStatement(
  "queries/aggregate-micro-batch/insert_facts",
);

/** What `insert_facts.sql` returns. */
export interface InsertedFacts {
  readonly not_inserted_ordinals: readonly number[];
  readonly late_ordinals: readonly number[];
}

/** Stages plays and inserts them in one transaction, except those with the ordinals left out. */
export async function insertFacts(
  client: Client,
  traits: readonly RecordTraits[],
  leftOutOrdinals: readonly number[] = [],
): Promise<InsertedFacts | undefined> {
  await stagePlays(client, traits);
  const { rows } = await client.query<InsertedFacts>(
    insertFactsStatement.text,
    [leftOutOrdinals],
  );
  await client.query("commit");
  return rows[0];
}
