import {
  type LetterAction,
  settleLetters,
} from "#shared/adapters/postgres/letter-outcomes.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import { redriveRecord } from "#shared/domain/redrive-record.ts";
import { compareVersions } from "#shared/domain/select-newest-versions.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import { loadStatement } from "#shared/sql.ts";
import type { NewVersionCandidate } from "./plan-candidate.ts";
import type {
  RedriveOutcome,
  RedriveOutcomes,
  Send,
} from "./redrive-outcome.ts";

const findSuperseded = loadStatement("queries/operate-letters/find_superseded");

/**
 * Sends mended versions of dimensions to their topics, unless the dimension has had a newer one since: at the end of a
 * compacted topic it would be the newest for good.
 */
export async function replaceVersions(
  transaction: Transaction,
  versions: readonly NewVersionCandidate[],
  {
    by,
    send,
  }: { readonly by: Omit<LetterAction, "action">; readonly send: Send },
): Promise<RedriveOutcomes> {
  const outcomes = new Map<string, RedriveOutcome>();
  if (versions.length === 0) return outcomes;
  const older = await findOlder(transaction, versions);
  // The last one that is sent is the newest for good, whatever the order in which letters were stored.
  const replaced = versions
    .filter((version) => !older.has(version))
    .toSorted((a, b) => compareVersions(a.letter.record, b.letter.record));
  for (const { letter } of older) {
    const why = `${letter.record.topic} has a newer version of it; bury this letter, or send the row with npm run produce -- dimension`;
    outcomes.set(letter.id, { kind: "left", why });
  }
  await settleLetters(
    transaction,
    replaced.map(({ letter }) => letter.id),
    "resolved",
    "replaced",
    { action: "redriven", ...by },
  );
  for (const { letter } of replaced)
    outcomes.set(letter.id, { kind: "replaced" });
  // All of a topic at once: Postgres ends a transaction that waits for something else for long.
  for (const [topic, ofTopic] of Map.groupBy(
    replaced,
    ({ letter }) => letter.record.topic,
  )) {
    await send(
      topic,
      ofTopic.map(({ letter, key, value }) => ({
        key,
        value,
        headers: redriveRecord(letter).headers,
      })),
    );
  }
  return outcomes;
}

async function findOlder(
  transaction: Transaction,
  versions: readonly NewVersionCandidate[],
): Promise<Set<NewVersionCandidate>> {
  const asked = versions.flatMap(({ letter, key, value }, ordinal) => {
    const { topic, partition, offset, timestampMs } = letter.record;
    const decoded = decodeDimension({ topic, key, value });
    if (!decoded.ok) return [];
    const { dimension, id } = decoded.value;
    return {
      ordinal,
      dimension,
      id,
      version_at: formatTimestamp(timestampMs * 1000),
      version_partition: partition,
      version_offset: offset,
    };
  });
  const rows = await transaction.query<{ ordinal: number }>(findSuperseded, [
    JSON.stringify(asked),
  ]);
  return new Set(rows.flatMap(({ ordinal }) => versions[ordinal] ?? []));
}
