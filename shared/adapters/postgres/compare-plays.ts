import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import { loadStatement } from "#shared/sql.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { copyRows } from "./copy-rows.ts";
import { encodeStagedStreamEvents } from "./encode-copy.ts";
import type { Transaction } from "./session.ts";

export const createStagingTable = loadStatement(
  "session/create_staged_stream_events",
);
const copyStaged = loadStatement(
  "queries/aggregate-micro-batch/copy_staged_stream_events",
);
const compareWithFacts = loadStatement(
  "queries/aggregate-micro-batch/compare_with_facts",
);

/** Fills the temporary table of the transaction's session, which `createStagingTable` has made. */
export async function stagePlays(
  transaction: Transaction,
  staged: readonly DecodedPlay[],
): Promise<void> {
  await inSpan("stage plays", () =>
    copyRows(transaction, [
      { statement: copyStaged, rows: encodeStagedStreamEvents(staged) },
    ]),
  );
}

/** Compares staged plays with the facts of their ids: by ordinal, whether the payload is the same; null without a fact. */
export async function compareStaged(
  transaction: Transaction,
  ordinals: readonly number[],
): Promise<Map<number, boolean | null>> {
  const rows = await transaction.query<{
    ordinal: number;
    has_same_payload: boolean | null;
  }>(compareWithFacts, [ordinals]);
  return new Map(rows.map((row) => [row.ordinal, row.has_same_payload]));
}

/** Stages the values that are plays and compares them; the others are left out. */
export async function compareValues(
  transaction: Transaction,
  values: readonly (Uint8Array | null)[],
): Promise<Map<number, boolean | null>> {
  const staged: DecodedPlay[] = [];
  for (const [ordinal, value] of values.entries()) {
    const decoded = decodeStreamEvent({ value });
    // Only the payload is compared; where the record came from plays no part.
    const unused = { partition: 0, offset: 0, isFuture: false };
    if (decoded.ok) staged.push({ ordinal, event: decoded.value, ...unused });
  }
  await stagePlays(transaction, staged);
  return compareStaged(
    transaction,
    staged.map(({ ordinal }) => ordinal),
  );
}
