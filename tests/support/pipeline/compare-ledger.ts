import { parseOffsetRanges } from "#shared/domain/offset-ranges.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type {
  ExpectedTables,
  Outcome,
  PlayOutcome,
} from "#tests/support/oracle/types.ts";
import { placePartition } from "./incarnations.ts";
import type { TopicRecord } from "./topic-client.ts";

/** A ledger row as the test reads it. */
export type LedgerRow = Readonly<{
  partition: number;
  incarnation: number;
  handled_offsets: string;
  accepted: number;
  duplicate: number;
  rejected: Readonly<Record<string, number>>;
}>;

/**
 * Lists where the ledger of `stream-events` is not as the oracle says: every offset of the records handled, and the
 * counts of each outcome. Where an outcome depends on the order between partitions, the count may lie in between. Records
 * of later incarnations are marked (`ofIncarnation`).
 *
 * @param acceptedAgain so many records may have become facts when they came again after they had been rejected, which the
 *   ledger counts as redelivered
 */
export function compareLedger(
  rows: readonly LedgerRow[],
  records: readonly TopicRecord[],
  { outcomes, orderDependentIds, outcomeCounts }: ExpectedTables,
  acceptedAgain = 0,
): string[] {
  const plays = records.filter(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  const dependent = new Set(orderDependentIds);
  const differences = rows.flatMap((row) => {
    const place = `ledger of partition ${row.partition}${row.incarnation === 1 ? "" : ` in incarnation ${row.incarnation}`}`;
    const offsets = plays
      .filter(({ partition }) => partition === placePartition(row))
      .map(({ offset }) => offset);
    const expected = outcomes.filter(
      ({ partition }) => partition === placePartition(row),
    );
    return [
      ...(row.incarnation === 1 || offsets.length > 0
        ? []
        : [`${place}: there is no such incarnation`]),
      ...compareOffsets(row, offsets).map(
        (difference) => `${place}: ${difference}`,
      ),
      ...compareCounts(row, expected, dependent).map(
        (difference) => `${place}: ${difference}`,
      ),
    ];
  });
  const known = new Set(rows.map(placePartition));
  const unknown = plays.filter(({ partition }) => !known.has(partition));
  if (unknown.length > 0)
    differences.push(
      `the ledger lacks partitions that hold ${unknown.length} records`,
    );
  const accepted = rows.reduce((sum, row) => sum + row.accepted, 0);
  if (
    accepted > outcomeCounts.accepted ||
    accepted < outcomeCounts.accepted - acceptedAgain
  ) {
    differences.push(
      `ledger: ${accepted} accepted in all, expected ${outcomeCounts.accepted}`,
    );
  }
  return differences;
}

function compareOffsets(row: LedgerRow, offsets: readonly number[]): string[] {
  const ranges = parseOffsetRanges(row.handled_offsets);
  const handled = ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  const missing = offsets.filter(
    (offset) => !ranges.some(({ from, to }) => from <= offset && offset < to),
  );
  return [
    ...missing.map((offset) => `offset ${offset} has no outcome`),
    ...(handled === offsets.length
      ? []
      : [`${handled} offsets handled, expected ${offsets.length}`]),
  ];
}

function compareCounts(
  row: LedgerRow,
  expected: readonly PlayOutcome[],
  dependent: ReadonlySet<string>,
): string[] {
  const actual = new Map<string, number>([
    ["accepted", row.accepted],
    ["duplicate", row.duplicate],
    ...Object.entries(row.rejected).map(
      ([reason, count]) => [`rejected:${reason}`, count] as const,
    ),
  ]);
  const isDependent = ({ eventId }: PlayOutcome) =>
    eventId !== null && dependent.has(eventId);
  const slack = expected.filter(isDependent).length;
  const kinds = new Set<string>([
    ...actual.keys(),
    ...expected.map(({ outcome }): Outcome => outcome),
  ]);
  const sum = [...actual.values()].reduce((total, count) => total + count, 0);
  const differences =
    sum === expected.length
      ? []
      : [`${sum} outcomes, expected ${expected.length}`];
  for (const kind of kinds) {
    const least = expected.filter(
      (record) => record.outcome === kind && !isDependent(record),
    ).length;
    const count = actual.get(kind) ?? 0;
    if (count < least || count > least + slack) {
      differences.push(
        `${count} ${kind}, expected ${slack === 0 ? least : `${least} to ${least + slack}`}`,
      );
    }
  }
  return differences;
}
