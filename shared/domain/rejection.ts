import type { Dimension } from "./topics.ts";
import type { KafkaRecord } from "./record.ts";

/** Why a record cannot be applied; stable, published in dead letters and in the README. */
export const REJECTION_REASONS = {
  malformed_json: "The value is not UTF-8 encoded JSON.",
  invalid_schema:
    "The value does not have the shape of its topic's JSON Schema.",
  conflicting_duplicate:
    "A play with this event_id and another payload is already a fact.",
  future_timestamp:
    "The play happened more than 5 minutes after its record reached Kafka.",
  older_than_retention:
    "The play lies before the retention horizon, where facts have been given up.",
  unknown_reference: "The record refers to dimensions that do not exist yet.",
  handler_crash:
    "The handler died of the record in five attempts; it is rejected unread.",
  unreadable_letter:
    "A record of the dead-letter topic is not a dead letter; it is stored as one about itself.",
} as const;

export type RejectionReason = keyof typeof REJECTION_REASONS;

/**
 * Why an event source mapping with a destination of its own gave up a record, which no handler has rejected then;
 * stable, stored with its letter and in the README.
 */
export const DISCARD_REASONS = {
  retries_exhausted: "The function failed at every attempt.",
  record_age_exceeded: "The record grew too old before the function took it.",
  maximum_payload_size_exceeded: "The record alone is too large for an event.",
  discarded: "The mapping names a condition that is not known here.",
} as const;

export type DiscardReason = keyof typeof DISCARD_REASONS;

/** A dimension that a record refers to and that is not there. */
export interface MissingReference {
  readonly dimension: Dimension;
  readonly id: number;
}

/** A bad record is a value: it goes to the dead-letter topic and never costs a good record. */
export interface Rejection {
  readonly record: KafkaRecord;
  readonly reason: RejectionReason;
  /** One line for a person, without personal data: the path and the expectation, never the payload. */
  readonly detail: string;
  readonly missingReferences?: readonly MissingReference[];
}
