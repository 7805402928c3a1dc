import {
  encodeBytes,
  type EncodedBytes,
} from "#shared/domain/encoded-bytes.ts";
import { explainReason, nextSteps } from "#shared/domain/explain-letter.ts";
import type { LetterDetails } from "./letter-details.ts";

/** A letter as JSON: times RFC 3339, bytes restorable as in the dead-letter topic. */
export function toLetterJson(letter: LetterDetails): Record<string, unknown> {
  const { record } = letter;
  return {
    id: Number(letter.id),
    state: letter.state,
    resolution: letter.resolution,
    reason: letter.reason,
    detail: letter.detail,
    explanation: explainReason(letter.reason),
    next_steps: nextSteps(letter),
    missing_references: letter.missingReferences,
    awaited_references: letter.awaited,
    source: {
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      timestamp_ms: record.timestampMs,
    },
    attempt: letter.attempt,
    redrive_count: letter.redriveCount,
    origin: letter.origin,
    differs_from_fact: letter.differsFromFact,
    handler_version: letter.handlerVersion,
    first_seen_at: letter.firstSeenAt,
    stored_at: letter.storedAt,
    due_at: letter.dueAt,
    redriven_at: letter.redrivenAt,
    settled_at: letter.settledAt,
    key: encode(record.key),
    value: encode(record.value),
    mended_value: encode(letter.mendedValue),
    headers: record.headers.map(([name, value]) => [name, encode(value)]),
    actions: letter.actions,
  };
}

function encode(bytes: Uint8Array | null): EncodedBytes | null {
  return bytes === null ? null : encodeBytes(bytes);
}
