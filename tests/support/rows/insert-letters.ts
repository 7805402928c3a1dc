import type { Client } from "pg";

import type { MissingReference } from "#shared/domain/rejection.ts";

/** What a test says of a letter; everything else has a default: a malformed play that waits. */
export interface LetterTraits {
  readonly topic?: string;
  readonly partition?: number;
  /** The letter's place in the list, from 1, unless given. */
  readonly offset?: number;
  /** When Kafka took the record, RFC 3339. */
  readonly takenAt?: string;
  readonly reason?: string;
  readonly detail?: string;
  readonly missing?: readonly MissingReference[];
  /** Which of the missing ones it waits for. */
  readonly awaited?: readonly MissingReference[];
  readonly state?: string;
  readonly resolution?: string | null;
  readonly attempt?: number;
  readonly redriveCount?: number;
  readonly firstSeenAt?: string;
  readonly origin?: string;
  readonly eventId?: string | null;
  readonly dueAt?: string | null;
  readonly settledAt?: string | null;
  readonly key?: Buffer | null;
  readonly value?: Buffer | null;
  readonly mendedValue?: Buffer | null;
  readonly differsFromFact?: boolean;
  /** Names and values in base64. */
  readonly headers?: readonly (readonly [string, string])[];
}

/** Inserts letters as they are; returns their ids, in their order, which is that of the list. */
export async function insertLetters(
  client: Client,
  letters: readonly LetterTraits[],
): Promise<number[]> {
  const ids: number[] = [];
  for (const [index, letter] of letters.entries()) {
    const takenAt = letter.takenAt ?? "2026-01-15T14:00:00.123Z";
    const position = [
      letter.topic ?? "stream-events",
      letter.partition ?? 0,
      letter.offset ?? index + 1,
    ] as const;
    const { rows } = await client.query<{ id: number }>(
      `insert into dead_letters (
         source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason, detail,
         missing_references, attempt, redrive_count, first_seen_at, handler_version, origin, event_id, original_key,
         original_value, mended_value, original_headers, state, resolution, due_at, settled_at, differs_from_fact, stored_at
       ) values (
         $1, $2, $3, $4, sha256(coalesce($12::bytea, '\\x')), $5, $6, $7::jsonb, $8, $9, $10, '7', $11, $15, $13, $12, $14,
         $16::jsonb, $17, $18, $19, $20, $21, '2026-01-15T14:00:05Z'
       )
       returning dead_letter_id as id`,
      [
        ...position,
        takenAt,
        letter.reason ?? "malformed_json",
        letter.detail ?? "expected JSON, found something else (1 bytes)",
        JSON.stringify(letter.missing ?? []),
        letter.attempt ?? 1,
        letter.redriveCount ?? 0,
        letter.firstSeenAt ?? takenAt,
        letter.origin ?? position.join("-"),
        letter.value === undefined ? Buffer.from("{") : letter.value,
        letter.key === undefined ? Buffer.from("key") : letter.key,
        letter.mendedValue ?? null,
        letter.eventId ?? null,
        JSON.stringify(letter.headers ?? []),
        letter.state ?? "waiting",
        letter.resolution ?? null,
        letter.dueAt ?? null,
        letter.settledAt ?? null,
        letter.differsFromFact ?? false,
      ],
    );
    const id = Number(rows[0]?.id);
    ids.push(id);
    for (const { dimension, id: referenceId } of letter.awaited ?? [])
      await client.query(
        "insert into awaited_references (dimension, reference_id, dead_letter_id) values ($1, $2, $3)",
        [dimension, referenceId, id],
      );
  }
  return ids;
}
