import type { Attributes } from "@opentelemetry/api";

import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { readRedriveHistory } from "#shared/domain/redrive-headers.ts";

/**
 * Names of OpenTelemetry's semantic conventions, version 1.45. Written down here as those conventions ask for as long as
 * they are not stable, and because their package is large.
 */
export const ATTRIBUTES = {
  batchSize: "messaging.batch.message_count",
  databaseSystem: "db.system.name",
  destination: "messaging.destination.name",
  errorType: "error.type",
  functionName: "faas.name",
  invocationId: "faas.invocation.id",
  messagingSystem: "messaging.system.name",
  offset: "kafka.offset",
  operationName: "messaging.operation.name",
  operationType: "messaging.operation.type",
  partition: "messaging.destination.partition.id",
  tombstone: "kafka.message.tombstone",
} as const;

/** Names of our own. */
export const OWN_ATTRIBUTES = {
  /** Which attempt at a record this is; absent at the first. */
  attempt: "streaming.attempt",
  /** `accepted`, `late` (accepted, too), `duplicate` or `rejected`. */
  outcome: "streaming.outcome",
  /** `<topic>-<partition>:<first offset>-<last offset>`, one each. */
  partitions: "streaming.partitions",
  rejectionReason: "streaming.rejection.reason",
  /** Names of a transaction's statements, in order: their files below `sql/`. */
  statements: "streaming.statements",
  /** Records with a trace beyond the most that are followed. */
  untraced: "streaming.untraced",
} as const;

/** Of what is sent to a topic, or comes from it. */
export function describeMessaging(
  operation: "process" | "send",
  topic: string,
): Attributes {
  return {
    [ATTRIBUTES.messagingSystem]: "kafka",
    [ATTRIBUTES.operationName]: operation,
    [ATTRIBUTES.operationType]: operation,
    [ATTRIBUTES.destination]: topic,
  };
}

/** Of a record that is handled: where it stands, never what it holds (a key may be a person's). */
export function describeRecord(record: KafkaRecord): Attributes {
  const { attempt } = readRedriveHistory(record);
  return {
    ...describeMessaging("process", record.topic),
    [ATTRIBUTES.partition]: String(record.partition),
    [ATTRIBUTES.offset]: record.offset,
    ...(record.value === null ? { [ATTRIBUTES.tombstone]: true } : {}),
    ...(attempt > 1 ? { [OWN_ATTRIBUTES.attempt]: attempt } : {}),
  };
}

/** What became of a record. */
export function describeOutcome({
  outcome,
}: Pick<RecordOutcome, "outcome">): Attributes {
  switch (outcome.kind) {
    case "accepted":
      return {
        [OWN_ATTRIBUTES.outcome]: outcome.isLate ? "late" : "accepted",
      };
    case "rejected":
      return {
        [OWN_ATTRIBUTES.outcome]: "rejected",
        [OWN_ATTRIBUTES.rejectionReason]: outcome.reason,
      };
    default:
      return { [OWN_ATTRIBUTES.outcome]: outcome.kind };
  }
}
