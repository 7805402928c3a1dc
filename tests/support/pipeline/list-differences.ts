import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import { compareLetters, type LetterRow } from "./compare-letters.ts";
import { compareLedger, type LedgerRow } from "./compare-ledger.ts";
import { METRIC_NAMES, readTables, selectRows } from "./read-tables.ts";
import type { TopicRecord } from "./topic-client.ts";

/** Enough to see what is wrong. */
const MOST_DIFFERENCES = 20;

/**
 * Lists what in the database is not as the oracle says for these records: rows of the six tables, outcomes in the
 * ledger, dead letters and their bytes (faults.md, I1, I2, I3, I6). Empty when everything agrees.
 *
 * @param acceptedAgain as `compareLedger` takes it
 */
export async function listDifferences(
  databaseUrl: string,
  records: readonly TopicRecord[],
  expected: ExpectedTables,
  acceptedAgain = 0,
): Promise<string[]> {
  const tables = await readTables(databaseUrl);
  const names = [...METRIC_NAMES, "facts"] as const;
  const ledger = await selectRows<LedgerRow>(databaseUrl, LEDGER);
  const letters = await selectRows<LetterRow>(databaseUrl, LETTERS);
  const differences = [
    ...names.flatMap((name) =>
      compareTables(tables[name], expected[name]).map(
        (difference) => `${name}: ${difference}`,
      ),
    ),
    ...compareLedger(ledger, records, expected, acceptedAgain),
    ...compareLetters(letters, records, expected),
  ];
  const left = differences.length - MOST_DIFFERENCES;
  return left > 0
    ? [...differences.slice(0, MOST_DIFFERENCES), `and ${left} more`]
    : differences;
}

const LEDGER = `
  select partition, incarnation, handled_offsets::text as handled_offsets, accepted_count::integer as accepted,
    duplicate_count::integer as duplicate, rejected_counts as rejected
  from partition_ledger
  where topic = 'stream-events'
  order by partition, incarnation`;

const LETTERS = `
  select source_topic as topic, source_partition as partition, source_offset::integer as offset,
    (extract(epoch from source_timestamp) * 1000)::bigint::text as timestamp_ms, reason, resolution,
    original_key as key, original_value as value, original_headers as headers
  from dead_letters
  where source_topic = 'stream-events'
  order by 1, 2, 3`;
